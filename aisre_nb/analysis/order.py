"""Who moved first, as far as buckets can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

Order = Literal[
    "before",  # the one's bucket was over when the other's began
    "after",
    "unknown",  # the buckets overlap
]
_LEAST_PAIRS = 12
"""Points that two series must share."""
_SIGNIFICANT = 3.0
"""Standard errors of a correlation between unrelated series, above which one is believed."""


@dataclass(frozen=True)
class Move:
    """Something began to move within a bucket."""

    name: str
    at: datetime
    """The bucket's start."""
    step: timedelta
    """Its length: the move began at some instant within."""


def order(one: Move, other: Move) -> Order:
    """Whether one began before the other, for certain."""
    if one.at + one.step <= other.at:
        return "before"
    return "after" if other.at + other.step <= one.at else "unknown"


def first(moves: Sequence[Move]) -> tuple[Move, ...]:
    """Those that may have been first: none of the others was before them for certain. In the order of time."""
    sooner = sorted(moves, key=lambda move: (move.at, move.name))
    return tuple(move for move in sooner if all(order(other, move) != "before" for other in sooner))


@dataclass(frozen=True)
class Lag:
    """How two series follow each other."""

    steps: int
    """Buckets by which the second comes after the first; negative: before."""
    earliest: int
    latest: int
    """The lags that cannot be told from it: both sides of 0 means that nobody is known to lead."""
    correlation: float

    @property
    def leads(self) -> bool:
        """The first is known to move before the second."""
        return self.earliest > 0


def lag(one: pd.Series[float], other: pd.Series[float], most: int = 10) -> Lag | None:
    """By how many buckets ``other`` follows ``one``; None where they are not known to move together at all.

    Cross-correlation of the series' differences, the first's own memory taken out of both (prewhitening: Box, Jenkins,
    Reinsel, "Time Series Analysis", chapter on transfer functions), so that two series with a drift, or with neighbours
    that are alike, do not seem related. Both by time, in the same buckets; what only one has is left out.
    """
    import numpy as np
    import pandas as pd

    both = pd.concat([one, other], axis=1, join="inner").to_numpy(dtype=np.float64)
    both = both[np.isfinite(both).all(axis=1)]
    steps = np.diff(both, axis=0)
    if len(steps) < _LEAST_PAIRS or not (np.abs(steps).sum(axis=0) > 0).all():
        return None
    steps = steps - steps.mean(axis=0)
    lead = steps[:, 0]
    memory = float(lead[1:] @ lead[:-1] / (lead @ lead))
    white = steps[1:] - np.clip(memory, -0.95, 0.95) * steps[:-1]
    white = white / np.maximum(np.sqrt((white**2).mean(axis=0)), 1e-300)
    n, most = len(white), min(most, len(white) // 4)
    lags = np.arange(-most, most + 1)
    found = np.array([_product(white, int(k)) for k in lags])
    best = int(np.abs(found).argmax())
    error = 1 / np.sqrt(n)
    if abs(found[best]) < _SIGNIFICANT * error:
        return None
    near = np.abs(found) >= abs(found[best]) - 2 * error
    left = right = best
    while left > 0 and near[left - 1]:
        left -= 1
    while right < len(lags) - 1 and near[right + 1]:
        right += 1
    return Lag(int(lags[best]), int(lags[left]), int(lags[right]), float(found[best]))


def _product(pairs: NDArray[np.float64], lag: int) -> float:
    """The mean product of the first column with the second ``lag`` rows later."""
    n = len(pairs)
    one, other = pairs[: n - lag, 0], pairs[lag:, 1]
    if lag < 0:
        one, other = pairs[-lag:, 0], pairs[: n + lag, 1]
    return float(one @ other) / n
