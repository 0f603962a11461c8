"""When a series changed, how much, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.analysis.segments import LEAST_POINTS, SHAPES, Shape, breaks

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

Direction = Literal["up", "down", "flat"]

_SIGNIFICANT = 8.0
"""The gain in log-likelihood, over what the break costs, below which nothing changed."""
_SURE = 20.0
"""The gain that is trusted by two thirds."""
_LONG, _NEARLY, _CERTAIN = 15, 0.9, 0.95
_AT_ONCE = 2000
"""Series that are held in one matrix at most."""
_LARGEST = 1e150
"""Beyond this, squares overflow; an infinity is no measurement."""


@dataclass(frozen=True)
class Change:
    """What one series did."""

    before: float
    """Median before the onset; of everything, where there is none."""
    after: float
    peak: float
    onset: datetime | None
    confidence: float
    """0 to 1."""
    direction: Direction
    shape: Shape = "flat"
    """Whether it jumped or began to climb; "trend" is a drift through all of it, which has no onset."""

    @property
    def ratio(self) -> float | None:
        """``after / before``; None where it began at nothing."""
        return self.after / self.before if self.before > 0 else None


def change(series: pd.Series[float], least: float = 0.0) -> Change:
    """The strongest single change of a series indexed by time, one that lasts for most of what follows it.

    See `segments.breaks` for how it is found: a jump, also on a drift, or a climb; a spike of one point, noise that is
    like its neighbours, a season and a drift are none. Gaps are left out. ``least``: a smaller absolute shift is noise
    whatever the statistics say.
    """
    import numpy as np

    found = changes([np.asarray(series, dtype=np.float64)], least)[0]
    return found.at(series.index)


@dataclass(frozen=True)
class Found:
    """A `Change` by places: which of a series' values it is about."""

    change: Change
    """Without its onset."""
    place: int | None
    """Of the first value that is off; None where nothing changed."""

    def at(self, times: pd.Index[Any]) -> Change:
        """With its onset, by the times of the values."""
        if self.place is None:
            return self.change
        return replace(self.change, onset=times[self.place].to_pydatetime())


def changes(many: Sequence[Values], least: float = 0.0) -> list[Found]:
    """`change` of each of them; those with as many values as each other are looked at together."""
    import numpy as np

    kept = [np.flatnonzero(np.abs(values) < _LARGEST) for values in many]
    found = [Found(_flat(values[places]), None) for values, places in zip(many, kept, strict=True)]
    alike: dict[int, list[int]] = {}
    for nth, places in enumerate(kept):
        if len(places) >= LEAST_POINTS:
            alike.setdefault(len(places), []).append(nth)
    for group in alike.values():
        for some in (group[k : k + _AT_ONCE] for k in range(0, len(group), _AT_ONCE)):
            rows = np.stack([many[nth][kept[nth]] for nth in some])
            broken = breaks(rows)
            for row in np.flatnonzero(broken.gain >= _SIGNIFICANT):
                nth, shape = some[row], SHAPES[list(SHAPES).index(broken.shape[row])]
                told = _told(rows[row], int(broken.at[row]), shape, float(broken.gain[row]), least)
                if told is not None:
                    found[nth] = Found(told.change, int(kept[nth][told.place or 0]))
    return found


def _flat(values: Values) -> Change:
    import numpy as np

    if not len(values):
        return Change(math.nan, math.nan, math.nan, None, 0.0, "flat")
    middle = float(np.median(values))
    return Change(middle, middle, float(values.max()), None, 0.0, "flat")


def _told(values: Values, at: int, shape: Shape, gain: float, least: float) -> Found | None:
    """The break in the series' own terms; None where the shift is too small to matter."""
    import numpy as np

    before, after = float(np.median(values[:at])), float(np.median(values[at:]))
    shift, spread = after - before, float(np.median(np.abs(values[:at] - before))) * 1.4826
    if abs(shift) <= max(least, 2 * spread, 0.1 * abs(before)):
        return None
    peak = float(values[at:].max() if shift > 0 else values[at:].min())
    place = _first_off(values, at, before, shift, spread) if shape == "step" else at
    sure = 1 - math.exp(-gain / _SURE)
    if _left_for_good(values, at, before, shift):
        sure = max(sure, _CERTAIN)
    return Found(Change(before, after, peak, None, sure, "up" if shift > 0 else "down", shape), place)


def _left_for_good(values: Values, at: int, before: float, shift: float) -> bool:
    """It had one value all the time, and hardly ever has it since: an empty queue that fills."""
    import numpy as np

    off = (values[at:] - before) * math.copysign(1, shift) > 0
    return at >= _LONG and len(off) >= LEAST_POINTS and bool(np.ptp(values[:at]) == 0) and bool(off.mean() >= _NEARLY)


def _first_off(values: Values, at: int, before: float, shift: float, spread: float) -> int:
    """A rise takes some buckets: go back from the split while the values are already off."""
    off = max(abs(shift) * 0.25, 3 * spread)
    while at > 1 and (values[at - 1] - before) * math.copysign(1, shift) > off:
        at -= 1
    return at
