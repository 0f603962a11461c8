"""The small set of checks. Each returns an empty text when it holds, and else what contradicts it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import Check
from aisre_nb.times import instant, rfc3339

if TYPE_CHECKING:
    import pandas as pd

_LEAST_CHANGE = 0.2
"""What counts as a change: the medians before and after differ by a fifth."""
_SAME_INSTANT = timedelta(seconds=60)
"""How near a claimed time must be to one in the evidence: the longest usual step of a series."""


def value(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """A fact, or an aggregate of a column, equals what is expected."""
    found = _fact(evidence.facts, check.column)
    if found is _MISSING:
        found = _aggregate(check, evidence)
    wanted = check.expected
    if isinstance(wanted, int | float) and isinstance(found, int | float) and not isinstance(found, bool):
        room = check.tolerance * abs(wanted)
        return "" if abs(found - wanted) <= max(room, 1e-12) else f"{check.column} is {found:g}, not {wanted:g}"
    same = str(found).strip().lower() == str(wanted).strip().lower()
    return "" if same else f"{check.column} is {str(found)[:200]}, not {wanted}"


def changed(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The medians of a signal before and after an instant differ in the claimed direction."""
    frame = _where(check, evidence)
    rows = frame[frame["signal"] == check.signal].dropna(subset=["value"])
    if rows.empty:
        return f"{evidence.id} has no signal {check.signal}"
    at = instant(check.at)
    before, after = rows[rows["time"] < at]["value"], rows[rows["time"] >= at]["value"]
    if before.empty or after.empty:
        return f"{check.signal} has no points on both sides of {check.at}"
    old, new = float(before.median()), float(after.median())
    least = _LEAST_CHANGE * max(abs(old), 1e-9)
    rose, fell = new - old > least, old - new > least
    if (rose and check.direction == "up") or (fell and check.direction == "down"):
        return ""
    return f"the median of {check.signal} was {old:.4g} before {check.at} and {new:.4g} after"


def before(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """One instant is not after another, and both stand in the cited evidence."""
    first, second = instant(check.at), instant(check.than)
    known = [t for e in {x.id: x for x in (evidence, *cited)}.values() for t in _times(e)]
    for at in (first, second):
        if not any(abs(at - t) <= _SAME_INSTANT for t in known):
            return f"{rfc3339(at)} is not in the cited evidence"
    return "" if first <= second else f"{rfc3339(first)} is after {rfc3339(second)}"


def contains(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The evidence holds the text."""
    return "" if _holds(check, evidence) else f"{evidence.id} does not contain {str(check.expected)[:120]!r}"


def absent(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The evidence does not hold the text."""
    return f"{evidence.id} contains {str(check.expected)[:120]!r}" if _holds(check, evidence) else ""


CHECKS: dict[str, Callable[[Check, Evidence, Sequence[Evidence]], str]] = {
    "value": value,
    "changed": changed,
    "before": before,
    "contains": contains,
    "absent": absent,
}

_MISSING = object()


def _fact(facts: Mapping[str, Any], path: str) -> Any:
    """A dotted path into the facts; a number picks from a list."""
    found: Any = facts
    for part in path.split("."):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return _MISSING
    return found


def _where(check: Check, evidence: Evidence) -> pd.DataFrame:
    frame = evidence.df
    for column, wanted in check.where.items():
        if column not in frame:
            raise UsageError(f"{evidence.id} has no column {column}")
        frame = frame[frame[column].astype(str) == wanted]
    return frame


def _aggregate(check: Check, evidence: Evidence) -> Any:
    frame = _where(check, evidence)
    if check.aggregate == "count":
        return len(frame)
    if check.column not in frame:
        raise UsageError(f"{evidence.id} has neither a fact nor a column {check.column!r}")
    column = frame[check.column].dropna()
    if check.aggregate == "only":
        if column.nunique() != 1:
            raise UsageError(f"{check.column} has {column.nunique()} different values")
        return column.iloc[0].item() if hasattr(column.iloc[0], "item") else column.iloc[0]
    if column.empty:
        raise UsageError(f"{check.column} has no values")
    if check.aggregate in ("first", "last"):
        found = column.iloc[0 if check.aggregate == "first" else -1]
    else:
        found = getattr(column, check.aggregate)()
    return found.item() if hasattr(found, "item") else found


def _holds(check: Check, evidence: Evidence) -> bool:
    wanted = str(check.expected or "")
    if not wanted.strip():
        raise UsageError("the text to look for is empty")
    if wanted in json.dumps(dict(evidence.facts), default=str, ensure_ascii=False):
        return True
    if any(wanted in text for text in _texts(evidence.facts)):
        return True
    frame = _where(check, evidence)
    columns = [check.column] if check.column in frame else list(frame.columns)
    return any(frame[c].astype(str).str.contains(wanted, regex=False).any() for c in columns)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _times(evidence: Evidence) -> Iterator[datetime]:
    """Every instant that the evidence names: in its facts, and in its frame's columns of times."""
    for text in _texts(evidence.facts):
        if 19 <= len(text) <= 40 and text[:4].isdigit():
            try:
                yield instant(text)
            except UsageError:
                continue
    if evidence.frame is not None:
        import pandas as pd

        for column in evidence.frame.columns:
            series = evidence.frame[column]
            if pd.api.types.is_datetime64_any_dtype(series.dtype):
                for at in series.dropna().unique()[:100_000]:
                    stamp = pd.Timestamp(at)
                    yield (stamp if stamp.tzinfo else stamp.tz_localize("UTC")).to_pydatetime(warn=False)
