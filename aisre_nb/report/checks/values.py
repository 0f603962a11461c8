"""A value, or a share of rows, compared with what is claimed."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import MISSING, fact
from aisre_nb.report.report import Check
from aisre_nb.report.rows import aggregated, column, number, rows, same

_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def value(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """A fact, or an aggregate of a column, is as expected."""
    if check.expected is None:
        return "the check names no expected value"
    found = found_value(check, evidence)
    what = check.column or check.aggregate
    have, wanted = number(found), number(check.expected)
    if have is None or wanted is None:
        if check.op not in ("=", "!="):
            return f"{what} is {_said(found)}, which is not {check.op} {check.expected}"
        holds = same(found, check.expected) == (check.op == "=")
        return "" if holds else f"{what} is {_said(found)}, not {_wanted(check)}"
    if math.isnan(have):
        return f"{what} is not a number"
    return _compared(check, what, have, wanted)


def found_value(check: Check, evidence: Evidence) -> Any:
    """What the evidence has where the check looks. Raises `UsageError` where it has nothing."""
    found: Any = MISSING
    if not check.where and check.aggregate == "only":
        found = fact(evidence.facts, check.column)
    if found is MISSING and (evidence.frame is not None or check.where or check.aggregate != "only"):
        found = aggregated(check, evidence)
    if found is MISSING:
        raise UsageError(f"{evidence.id} has no fact {check.column!r}")
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def share(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """Of all rows, or of a column's sum, the picked rows make up as much as is claimed."""
    wanted = number(check.expected)
    if wanted is None:
        return "the check names no expected share"
    if not check.where:
        return "the check picks no rows: name them in `where`"
    return _compared(check, "the share", found_share(check, evidence), wanted)


def found_share(check: Check, evidence: Evidence) -> float:
    """0 to 1. Raises `UsageError` where there is nothing to be a share of."""
    part, whole = rows(check, evidence), rows(check.model_copy(update={"where": {}}), evidence)
    if check.column:
        some, all_ = (float(column(f, check.column, evidence.id).astype(float).sum()) for f in (part, whole))
    else:
        some, all_ = float(len(part)), float(len(whole))
    if all_ <= 0:
        raise UsageError(f"{evidence.id} has nothing of which it could be a share")
    return some / all_


def _compared(check: Check, what: str, have: float, wanted: float) -> str:
    if check.op in _ORDER:
        holds = _ORDER[check.op](have, wanted)
    else:
        near = abs(have - wanted) <= max(check.tolerance * abs(wanted), 1e-12)
        holds = near == (check.op == "=")
    return "" if holds else f"{what} is {have:g}, not {_wanted(check, wanted)}"


def _wanted(check: Check, wanted: float | None = None) -> str:
    shown = f"{wanted:g}" if wanted is not None else str(check.expected)
    return shown if check.op == "=" else f"{check.op} {shown}"


def _said(found: Any) -> str:
    return " ".join(str(found).split())[:200]
