"""What a signal did: before against after an instant, and where its level shifted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.onset import change
from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import fact
from aisre_nb.report.report import Check
from aisre_nb.report.rows import rows
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
_STEPS = 2
"""How many steps of its series, and at least a minute, a claimed onset may be off."""


def changed(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """The medians of a signal before and after an instant differ in the claimed direction, by enough to matter."""
    import pandas as pd

    points = signal_points(check, evidence)
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


def onset(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """A change point of the signal (`analysis.onset`) lies at the instant, in the claimed direction."""
    import pandas as pd

    points = signal_points(check, evidence)
    at = instant(check.at)
    times = pd.to_datetime(points["time"], utc=True)
    found = change(pd.Series(points["value"].astype(float).to_numpy(), index=pd.DatetimeIndex(times)).sort_index())
    known = fact(evidence.facts, f"signals.{check.signal}.onset")
    shifts = [found.onset] if found.onset and found.direction == check.direction else []
    if isinstance(known, str) and fact(evidence.facts, f"signals.{check.signal}.direction") == check.direction:
        # What the tool found, which knows what shift matters for this signal.
        shifts.append(instant(known))
    if not shifts:
        return f"the level of {check.signal} did not shift {check.direction}"
    step = times.sort_values().diff().median()
    off = max(_STEPS * step.to_pytimedelta(), timedelta(minutes=1))
    if any(abs(shift - at) <= off for shift in shifts):
        return ""
    return f"{check.signal} shifted {check.direction} at {rfc3339(shifts[0])}, not at {rfc3339(at)}"


def signal_points(check: Check, evidence: Evidence) -> pd.DataFrame:
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
    values: pd.Series[Any] = points["value"].astype(float)
    named = str(points["signal"].iloc[0]) if "signal" in points else ""
    return named.endswith(("_rate", "ratio", "share")) and bool(values.between(0, 1).all())
