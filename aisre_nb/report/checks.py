"""The small set of checks. Each returns an empty text when it holds, and else what contradicts it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import MISSING, fact, texts
from aisre_nb.report.instants import nearest
from aisre_nb.report.report import Check
from aisre_nb.report.rows import aggregated, number, rows, same
from aisre_nb.times import instant, rfc3339

if TYPE_CHECKING:
    import pandas as pd

_LEAST_CHANGE = 0.2
"""What counts as a change: the medians before and after differ by a fifth."""
_LEAST_SHARE = 0.005
"""A share, such as an error rate, must move by half a percentage point to matter."""
_NOISE = 2.0
"""… and any signal by twice its own scatter before (median absolute deviation, scaled to a standard deviation)."""
_SOON = timedelta(minutes=15)
"""A change that went away again still was one: the first quarter of an hour after it counts too."""
_SAME_INSTANT = timedelta(seconds=60)
"""How near a claimed time must be to one in the evidence: the longest usual step of a series."""

_ROWS_JOINED = 20_000
"""Rows in which a text of several words is looked for without regard to how it is wrapped."""


def value(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """A fact, or an aggregate of a column, equals what is expected."""
    if check.expected is None:
        return "the check names no expected value"
    found: Any = MISSING
    if not check.where and check.aggregate == "only":
        found = fact(evidence.facts, check.column)
    if found is MISSING and (evidence.frame is not None or check.where or check.aggregate != "only"):
        found = aggregated(check, evidence)
    if found is MISSING:
        return f"{evidence.id} has no fact {check.column!r}"
    if isinstance(found, list) and len(found) == 1:
        found = found[0]
    what = check.column or check.aggregate
    have, wanted = number(found), number(check.expected)
    if have is None or wanted is None:
        return "" if same(found, check.expected) else f"{what} is {_said(found)}, not {check.expected}"
    if math.isnan(have):
        return f"{what} is not a number"
    holds = abs(have - wanted) <= max(check.tolerance * abs(wanted), 1e-12)
    return "" if holds else f"{what} is {have:g}, not {wanted:g}"


def changed(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The medians of a signal before and after an instant differ in the claimed direction, by enough to matter."""
    import pandas as pd

    points = _points(check, evidence)
    at = instant(check.at)
    times = pd.to_datetime(points["time"], utc=True)
    before = points[times < at]["value"].astype(float)
    if before.empty or not (times >= at).any():
        return f"{check.signal} has no points on both sides of {rfc3339(at)}"
    after = points[times >= at]["value"].astype(float)
    soon = points[(times >= at) & (times < at + _SOON)]["value"].astype(float)
    old, new = float(before.median()), float(after.median())
    scatter = 1.4826 * float((before - old).abs().median())
    least = max(_LEAST_CHANGE * abs(old), _NOISE * scatter, _LEAST_SHARE if _is_share(points) else 1e-9)
    sign = 1 if check.direction == "up" else -1
    if any(sign * (float(part.median()) - old) >= least for part in (after, soon) if not part.empty):
        return ""
    moved = "did not change" if abs(new - old) < least else "went the other way"
    return f"the median of {check.signal} was {old:.4g} before {rfc3339(at)} and {new:.4g} after: it {moved}"


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
        if found is None or abs(found - at) > _SAME_INSTANT:
            return f"{rfc3339(at)} is not in {named}"
        real.append(found)
    # Claimed times may be rounded; what counts is the order of those that the evidence has.
    return "" if real[0] <= real[1] else f"in {named} {rfc3339(real[0])} is after {rfc3339(real[1])}"


def contains(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The evidence holds the text."""
    return "" if _holds(check, evidence) else f"{evidence.id} does not contain {_written(check.expected or '')[:120]!r}"


def absent(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The evidence does not hold the text."""
    return f"{evidence.id} contains {_written(check.expected or '')[:120]!r}" if _holds(check, evidence) else ""


CHECKS: dict[str, Callable[[Check, Evidence, Sequence[Evidence]], str]] = {
    "value": value,
    "changed": changed,
    "before": before,
    "contains": contains,
    "absent": absent,
}


def _points(check: Check, evidence: Evidence) -> pd.DataFrame:
    """time and value of one signal of one service, without gaps; from a long frame or a wide one."""
    frame = rows(check, evidence)
    if "time" not in frame:
        raise UsageError(f"{evidence.id} has no times")
    if {"signal", "value"} <= set(frame.columns):
        frame = frame[frame["signal"].astype(str) == check.signal]
    elif check.signal in frame:
        frame = frame.assign(value=frame[check.signal])
    else:
        frame = frame.iloc[:0]
    frame = frame[frame["value"].notna()] if "value" in frame else frame
    if frame.empty:
        raise UsageError(f"{evidence.id} has no signal {check.signal!r}")
    if "service" in frame and frame["service"].nunique() > 1:
        raise UsageError(f"{evidence.id} holds {check.signal} of several services: name one in `where`")
    return frame


def _is_share(points: pd.DataFrame) -> bool:
    values = points["value"].astype(float)
    named = str(points["signal"].iloc[0]) if "signal" in points else ""
    return named.endswith(("_rate", "ratio", "share")) and bool(values.between(0, 1).all())


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


def _said(found: Any) -> str:
    return " ".join(str(found).split())[:200]
