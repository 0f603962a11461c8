"""When a series changed, how much, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.analysis.segments import LEAST_POINTS, Shape, breaks

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
    return changes([series], least)[0]


def changes(many: Sequence[pd.Series[float]], least: float = 0.0) -> list[Change]:
    """`change` of each of them; those with as many points as each other are looked at together."""
    import numpy as np

    kept = [series[series.abs() < _LARGEST] for series in many]
    values = [series.to_numpy(dtype=float) for series in kept]
    found = [_flat(v) for v in values]
    alike: dict[int, list[int]] = {}
    for place, one in enumerate(values):
        if len(one) >= LEAST_POINTS:
            alike.setdefault(len(one), []).append(place)
    for places in alike.values():
        broken = breaks(np.stack([values[p] for p in places]))
        for nth, place in enumerate(places):
            shape: Shape = str(broken.shape[nth])  # type: ignore[assignment]
            if broken.gain[nth] < _SIGNIFICANT:
                continue
            told = _told(values[place], int(broken.at[nth]), shape, least)
            if told is not None:
                onset, levels, direction = told
                sure = 1 - math.exp(-float(broken.gain[nth]) / _SURE)
                at = kept[place].index[onset].to_pydatetime()
                found[place] = Change(*levels, at, sure, direction, shape)
    return found


def _flat(values: Values) -> Change:
    import numpy as np

    if not len(values):
        return Change(math.nan, math.nan, math.nan, None, 0.0, "flat")
    middle = float(np.median(values))
    return Change(middle, middle, float(values.max()), None, 0.0, "flat")


def _told(values: Values, at: int, shape: Shape, least: float) -> tuple[int, tuple[Any, Any, Any], Direction] | None:
    """The place of the onset, the levels and the peak; None where the shift is too small to matter."""
    import numpy as np

    before, after = float(np.median(values[:at])), float(np.median(values[at:]))
    shift, spread = after - before, float(np.median(np.abs(values[:at] - before))) * 1.4826
    if abs(shift) <= max(least, 2 * spread, 0.1 * abs(before)):
        return None
    peak = float(values[at:].max() if shift > 0 else values[at:].min())
    onset = _first_off(values, at, before, shift, spread) if shape == "step" else at
    return onset, (before, after, peak), "up" if shift > 0 else "down"


def _first_off(values: Values, at: int, before: float, shift: float, spread: float) -> int:
    """A rise takes some buckets: go back from the split while the values are already off."""
    off = max(abs(shift) * 0.25, 3 * spread)
    while at > 1 and (values[at - 1] - before) * math.copysign(1, shift) > off:
        at -= 1
    return at
