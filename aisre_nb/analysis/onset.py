"""When a series changed, how much, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Direction = Literal["up", "down", "flat"]

_LEAST_POINTS = 8
_SIGNIFICANT = 8.0
"""The gain in log-likelihood, over a penalty that grows with the length, below which nothing changed."""
_LARGEST = 1e150


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

    @property
    def ratio(self) -> float | None:
        """``after / before``; None where it began at nothing."""
        return self.after / self.before if self.before > 0 else None


def change(series: pd.Series[float], least: float = 0.0) -> Change:
    """The strongest single shift of level in a series indexed by time.

    Least-squares segmentation into two on ranks-limited values (Truong, Oudre, Vayatis, "Selective review of offline
    change point detection methods", Signal Processing 167, 2020: cost L2, one breakpoint, BIC penalty). Values are
    clipped at ten robust deviations, so that a single spike is no shift. ``least``: a smaller absolute shift is noise
    whatever the statistics say.
    """
    import numpy as np

    # Beyond this, squares overflow; an infinity is no measurement.
    clean = series[series.abs() < _LARGEST]
    values = clean.to_numpy(dtype=float)
    n = len(values)
    if n == 0:
        return Change(math.nan, math.nan, math.nan, None, 0.0, "flat")
    middle = float(np.median(values))
    flat = Change(middle, middle, float(values.max()), None, 0.0, "flat")
    if n < _LEAST_POINTS:
        return flat
    sums, squares = np.cumsum(values), np.cumsum(values**2)
    k = np.arange(2, n - 1)
    left = squares[k - 1] - sums[k - 1] ** 2 / k
    right = (squares[-1] - squares[k - 1]) - (sums[-1] - sums[k - 1]) ** 2 / (n - k)
    whole = squares[-1] - sums[-1] ** 2 / n
    best = int(np.argmin(left + right))
    at, rest = int(k[best]), max(float((left + right)[best]), 1e-12 * max(whole, 1e-300), 1e-300)
    before, after = float(np.median(values[:at])), float(np.median(values[at:]))
    # n/2 log(RSS0/RSS1) is the gain in log-likelihood; neighbours of a series are alike, hence the halved sample.
    gain = n / 4 * math.log(max(whole, 1e-300) / rest) - 2 * math.log(n) if whole > 0 else 0.0
    shift = after - before
    spread = float(np.median(np.abs(values[:at] - before))) * 1.4826
    if gain < _SIGNIFICANT or abs(shift) <= max(least, 2 * spread, 0.1 * abs(before)):
        return flat
    direction: Direction = "up" if shift > 0 else "down"
    peak = float(values[at:].max() if shift > 0 else values[at:].min())
    first = _first_off(values, at, before, shift, spread)
    return Change(before, after, peak, clean.index[first].to_pydatetime(), 1 - math.exp(-gain / 20), direction)


def _first_off(values: object, at: int, before: float, shift: float, spread: float) -> int:
    """A rise takes some buckets: go back from the split while the values are already off."""
    import numpy as np

    points = np.asarray(values)
    off = max(abs(shift) * 0.25, 3 * spread)
    while at > 1 and (points[at - 1] - before) * math.copysign(1, shift) > off:
        at -= 1
    return at
