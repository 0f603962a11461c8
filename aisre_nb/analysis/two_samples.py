"""Two samples beside each other: before, and now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def shifted(before: NDArray[np.float64], now: NDArray[np.float64]) -> tuple[float, float]:
    """How sure the values rose (a standard score), and the part of today's level that is new (0 to 1).

    Wilcoxon's rank sum (Mann and Whitney, 1947) with ties: no shape of the distribution is supposed, and a single
    value off does not count. The part is the larger one of the medians' and of the ninth deciles', so that a tenth of
    the requests being slow is seen. ``(0, 0)`` with less than two values on a side.
    """
    import numpy as np

    n, m = len(before), len(now)
    if n < 2 or m < 2:
        return 0.0, 0.0
    both = np.concatenate([before, now])
    _, inverse, counts = np.unique(both, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2
    above = float(rank[inverse][n:].sum()) - m * (m + 1) / 2
    ties = float((counts.astype(float) ** 3 - counts).sum())
    size = n + m
    variance = n * m / 12 * ((size + 1) - ties / (size * (size - 1)))
    if variance <= 0:
        return 0.0, 0.0
    off = above - n * m / 2
    sure = max(0.0, abs(off) - 0.5) * math.copysign(1.0, off) / math.sqrt(variance)
    old, new = np.quantile(before, [0.5, 0.9]), np.quantile(now, [0.5, 0.9])
    parts = [1 - max(a, 0.0) / b for a, b in zip(old, new, strict=True) if b > 0]
    return sure, max(0.0, *parts) if parts else 0.0


def surest(before: int, now: int) -> float:
    """The standard score that `shifted` gives where every value of today lies above every one of before."""
    if before < 2 or now < 2:
        return 0.0
    return max(0.0, before * now / 2 - 0.5) / math.sqrt(before * now * (before + now + 1) / 12)
