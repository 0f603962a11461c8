"""What came first, and when something was first seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks.texts import picked
from aisre_nb.report.instants import column_instants, nearest
from aisre_nb.report.report import Check
from aisre_nb.times import instant, rfc3339

SAME_INSTANT = timedelta(seconds=60)
"""How near a claimed time must be to one in the evidence: the longest usual step of a series."""
_TIMES = ("first_seen", "time", "start", "at", "timestamp")
"""Columns that date a row, the surest first."""


def before(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """One instant is not after another, and both stand in the cited evidence."""
    first, second = instant(check.at), instant(check.than)
    if first > second:
        return f"{rfc3339(first)} is after {rfc3339(second)}"
    known = list({one.id: one for one in (evidence, *cited)}.values())
    named = ", ".join(one.id for one in known)
    real = []
    for at in (first, second):
        found = nearest(at, known)
        if found is None or abs(found - at) > SAME_INSTANT:
            return f"{rfc3339(at)} is not in {named}"
        real.append(found)
    # Claimed times may be rounded; what counts is the order of those that the evidence has.
    return "" if real[0] <= real[1] else f"in {named} {rfc3339(real[0])} is after {rfc3339(real[1])}"


def first_seen(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The first of the picked rows is of the claimed instant."""
    at = instant(check.at)
    found = picked(check, evidence)
    if found.empty:
        return f"{evidence.id} has no such row"
    names = [check.column] if check.column else [name for name in _TIMES if name in found]
    if not names or names[0] not in found:
        raise UsageError(f"{evidence.id} has no times")
    times = column_instants(found[names[0]])
    if not times:
        raise UsageError(f"{names[0]} of {evidence.id} holds no times")
    first = min(times)
    return "" if abs(first - at) <= SAME_INSTANT else f"it was first seen at {rfc3339(first)}, not at {rfc3339(at)}"
