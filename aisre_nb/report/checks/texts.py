"""What a diff, a file, a log, a trace or a table holds, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import MISSING, fact, texts
from aisre_nb.report.report import Check
from aisre_nb.report.rows import number, rows

if TYPE_CHECKING:
    import pandas as pd

_ROWS_JOINED = 20_000
"""Rows in which a text of several words is looked for without regard to how it is wrapped."""


def contains(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The evidence holds the text."""
    return "" if _holds(check, evidence) else f"{evidence.id} does not contain {_written(check.expected or '')[:120]!r}"


def absent(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The evidence does not hold the text."""
    return f"{evidence.id} contains {_written(check.expected or '')[:120]!r}" if _holds(check, evidence) else ""


def picked(check: Check, evidence: Evidence) -> pd.DataFrame:
    """The rows that ``where`` picks, and of these the ones that hold ``expected``, if it is given."""
    frame = rows(check, evidence)
    if check.expected is None or not _written(check.expected).strip():
        return frame
    wanted = _written(check.expected)
    cells = frame.astype(str)
    found: pd.DataFrame = frame[cells.apply(lambda column: column.str.contains(wanted, regex=False)).any(axis=1)]
    return found


def _holds(check: Check, evidence: Evidence) -> bool:
    wanted = "" if check.expected is None else _written(check.expected)
    if not wanted.strip():
        raise UsageError("the text to look for is empty")
    looked = False
    if not check.where:
        part = fact(evidence.facts, check.column) if check.column else evidence.facts
        if part is not MISSING and part:
            looked = True
            if any(_within(wanted, text) for text in texts(part)):
                return True
    if evidence.frame is not None:
        looked = True
        if _frame_holds(check, evidence, wanted):
            return True
    if evidence.kind == "text" and evidence.text:
        return _within(wanted, evidence.text)
    if not looked:
        raise UsageError(f"{evidence.id} has nothing in it to look at")
    return False


def _frame_holds(check: Check, evidence: Evidence, wanted: str) -> bool:
    frame = rows(check, evidence)
    if check.where and frame.empty:
        raise UsageError(f"{evidence.id} has no row where {check.where}")
    if check.column and check.column not in frame:
        if fact(evidence.facts, check.column) is MISSING:
            raise UsageError(f"{evidence.id} has neither a fact nor a column {check.column!r}")
        return False
    for column in [check.column] if check.column else list(frame.columns):
        cells = frame[column]
        if cells.dtype.kind in "iufb":
            if (cells.astype(float) == number(wanted)).any():
                return True
            continue
        shown = cells.astype(str)
        if shown.str.contains(wanted, regex=False).any():
            return True
        # Text that goes over rows, as a file's lines do, or that was wrapped otherwise.
        if len(wanted.split()) > 1:
            some = list(shown.head(_ROWS_JOINED))
            if any(_within(wanted, text) for text in [*some, "\n".join(some)]):
                return True
    return False


def _written(expected: str | float) -> str:
    return expected if isinstance(expected, str) else f"{expected:.15g}"


def _within(wanted: str, text: str) -> bool:
    return wanted in text or " ".join(wanted.split()) in " ".join(text.split())
