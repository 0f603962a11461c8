"""Rows of evidence that a check picks, what it computes from them, and when two values are the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import Check
from aisre_nb.times import instant

if TYPE_CHECKING:
    import pandas as pd


def rows(check: Check, evidence: Evidence) -> pd.DataFrame:
    """The rows whose columns equal ``where``; not a copy. Raises `UsageError` where there is no such column."""
    if evidence.frame is None:
        raise UsageError(f"{evidence.id} has no rows")
    frame = evidence.frame
    for name, wanted in check.where.items():
        frame = frame[_equal(column(frame, name, evidence.id), wanted)]
    return frame


def column(frame: pd.DataFrame, name: str, evidence_id: str) -> pd.Series[Any]:
    """A column, or a key of a column of dicts: ``attributes.http.route``."""
    if name in frame:
        return frame[name]
    head, _, key = name.partition(".")
    if key and head in frame:
        return frame[head].map(lambda cell: cell.get(key) if isinstance(cell, Mapping) else None)
    raise UsageError(f"{evidence_id} has no column {name!r}")


def aggregated(check: Check, evidence: Evidence) -> Any:
    """One value from the picked rows. Raises `UsageError` where there is none, or more than one for *only*."""
    frame = rows(check, evidence)
    if check.aggregate == "count":
        return len(frame) if not check.column else int(column(frame, check.column, evidence.id).notna().sum())
    if not check.column:
        raise UsageError("the check names no column")
    cells = column(frame, check.column, evidence.id).dropna()
    if cells.empty:
        raise UsageError(f"{check.column} has no values in the rows of {evidence.id} that were picked")
    if check.aggregate == "only":
        if cells.astype(str).nunique() != 1:
            raise UsageError(f"{check.column} has {cells.astype(str).nunique()} different values, not one")
        found = cells.iloc[0]
    elif check.aggregate in ("first", "last"):
        found = cells.iloc[0 if check.aggregate == "first" else -1]
    else:
        found = getattr(cells, check.aggregate)()
    return found.item() if type(found).__module__ == "numpy" else found


def number(value: Any) -> float | None:
    """A number, also where it is written as a text: ``"0.12"``, ``"12 %"``. None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    share = text.endswith("%")
    try:
        found = float(text.rstrip("% ").replace(",", ""))
    except ValueError:
        return None
    return found / 100 if share else found


def same(found: Any, wanted: Any) -> bool:
    """Equal as a person would say: texts without regard to case, times as instants."""
    if str(found).strip().lower() == str(wanted).strip().lower():
        return True
    if found is None:
        return str(wanted).strip().lower() in ("null", "none", "")
    first, second = _instant(found), _instant(wanted)
    return first is not None and second is not None and abs(first - second) <= timedelta(seconds=1)


def _equal(cells: pd.Series[Any], wanted: str) -> pd.Series[Any]:
    import pandas as pd

    if cells.dtype.kind in "iuf":
        value = number(wanted)
        return cells == value if value is not None else pd.Series(False, index=cells.index)
    if cells.dtype.kind == "M":
        at = _instant(wanted)
        return (
            (pd.to_datetime(cells, utc=True) - pd.Timestamp(at)).abs() <= pd.Timedelta(seconds=1)
            if at is not None
            else pd.Series(False, index=cells.index)
        )
    shown = cells.astype(str)
    exact = shown == wanted
    return exact if exact.any() else shown.str.lower() == wanted.strip().lower()


def _instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return instant(value.isoformat())
    if isinstance(value, str) and 10 <= len(value) <= 40 and value[:4].isdigit():
        try:
            return instant(value)
        except (ValueError, OverflowError, UsageError):
            return None
    return None
