"""Where series of equal length break: many at once, by sums alone.

Each row is explained as one level, as a line, as a bend, as two levels, as two levels on a line, or as a level that
begins to climb. What a regressor saves, over what is known already, is a squared sum over its squared length (Frisch
and Waugh, Econometrica 1, 1933), so that all places of a break are tried with a few running sums. Which explanation is
right is told by Schwarz' criterion, with as many observations as the residuals' autocorrelation leaves independent
(Bayley and Hammersley, Suppl. J. Roy. Stat. Soc. 8, 1946): in a random walk every value is like its neighbour, and none
is news.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

Shape = Literal[
    "flat",  # one level
    "trend",  # one line, or one bend, through all of it
    "step",  # two levels, perhaps on a line
    "ramp",  # one level, then a line that leaves it
]
SHAPES: tuple[Shape, ...] = ("flat", "trend", "step", "ramp")
LEAST_POINTS = 8
_EDGE = 3
"""Points at each end that no break may cut off."""
_KNOWN = 30
"""Points before a break from which on it is known how the series was."""


@dataclass(frozen=True)
class Breaks:
    """One entry a row."""

    shape: NDArray[np.str_]
    at: Places
    """The first point of the second part; 0 where there is none."""
    gain: Floats
    """What the break adds to the log-likelihood, less what it costs; 0 where there is none."""


def breaks(rows: Floats) -> Breaks:
    """The best break of each row of a matrix without gaps, of at least `LEAST_POINTS` columns."""
    import numpy as np

    count, n = rows.shape
    level = unspiked(rows)
    level = level - level.mean(axis=1, keepdims=True)
    level = level / np.maximum(np.abs(level).max(axis=1, keepdims=True), 1e-300)
    times = np.arange(n) - (n - 1) / 2
    long = float(times @ times)
    trend = level - np.outer(level @ times / long, times)
    ahead = n - np.arange(_EDGE, n - _EDGE + 1, dtype=float)  # points from each place on
    on_time = np.cumsum(times[::-1])[::-1][_EDGE : n - _EDGE + 1]
    step = ahead * (n - ahead) / n
    climb = (ahead - 1) * ahead * (2 * ahead - 1) / 6 - ((ahead - 1) * ahead / 2) ** 2 / n
    fits = (
        (level, _from(level), step),
        (trend, _from(trend), step - on_time**2 / long),
        (level, _above(level), climb),
    )
    whole = (level**2).sum(axis=1)
    floor = np.maximum(1e-12 * whole, 1e-300)
    each, left, place = np.arange(count), [whole + floor, (trend**2).sum(axis=1) + floor], []
    for of, with_it, length in fits:
        saved = with_it**2 / np.maximum(length, 1e-9)
        if length is climb:
            # A line is led by its end: it takes more than a level does to be seen.
            saved = saved[:, : max(1, len(ahead) - _EDGE)]
        best = saved.argmax(axis=1)
        place.append(best + _EDGE)
        left.append(np.maximum((of**2).sum(axis=1) - saved[each, best], 0) + floor)
    # By what the best of them leave: what a worse one leaves is alike because it is wrong.
    after = np.arange(n) - np.stack(place[1:])[:, :, None]
    ones = np.ones(n)
    rests = np.stack([_less(trend, (after[0] >= 0) * 1.0, ones, times), _less(level, np.maximum(after[1], 0.0), ones)])
    closest = np.stack([left[3], left[4]]).argmin(axis=0)
    rest, begin = rests[closest, each], np.stack(place[1:])[closest, each]
    # What comes and goes once it has begun is like its neighbours too, and no less of a change for that.
    before = independent(np.where(np.arange(n) < begin[:, None], rest, 0.0))
    free = np.where(begin >= _KNOWN, np.maximum(independent(rest), before), independent(rest))
    left.append((bent(level, times) ** 2).sum(axis=1) + floor)
    gains = np.stack([free / 2 * np.log(left[0] / of) for of in left])
    gains -= np.log(n) * np.array(_COSTS)[:, None]
    best = gains.argmax(axis=0)
    without = gains[[0, 1, 5]].max(axis=0)
    shape = np.array(_SHAPES)[best]
    broken = (best >= 2) & (best <= 4)
    at = np.choose(np.where(broken, best - 2, 0), place)
    return Breaks(shape, np.where(broken, at, 0), np.where(broken, gains.max(axis=0) - without, 0.0))


_SHAPES: tuple[Shape, ...] = ("flat", "trend", "step", "step", "ramp", "trend")
_COSTS = (0.0, 1.0, 2.0, 3.0, 2.0, 3.0)
"""What each explanation needs besides a level: slopes, sizes, places."""


def bent(rows: Floats, times: Floats) -> Floats:
    """Each row less the cubic that fits it: a part of a season, with one hill and one valley at most."""
    import numpy as np

    basis = np.linalg.qr(np.vander(times / max(times[-1], 1.0), 4))[0]
    left: Floats = rows - (rows @ basis) @ basis.T
    return left


def _from(rows: Floats) -> Floats:
    """Each row times a step at every place: the sum from there on."""
    import numpy as np

    sums: Floats = np.cumsum(rows[:, ::-1], axis=1)[:, ::-1]
    return sums[:, _EDGE : rows.shape[1] - _EDGE + 1]


def _above(rows: Floats) -> Floats:
    """Each row times a climb from every place: the sum of the sums after it."""
    import numpy as np

    sums = np.cumsum(rows[:, ::-1], axis=1)
    twice = np.cumsum(sums, axis=1)[:, ::-1]
    # A climb is 0 at its place, 1 at the next.
    after: Floats = np.concatenate([twice[:, 1:], np.zeros((len(rows), 1))], axis=1)
    return after[:, _EDGE : rows.shape[1] - _EDGE + 1]


def _less(rows: Floats, regressors: Floats, *known: Floats) -> Floats:
    """Each row, orthogonal to ``known`` (which are so to each other), less what its own regressor explains of it."""
    import numpy as np

    free = regressors
    for one in known:
        free = free - np.outer(free @ one / (one @ one), one)
    size = (rows * free).sum(axis=1) / np.maximum((free**2).sum(axis=1), 1e-9)
    left: Floats = rows - size[:, None] * free
    return left


def independent(rows: Floats) -> Floats:
    """How many independent observations each row of residuals is worth, by its autocorrelation at one step."""
    import numpy as np

    squares = (rows**2).sum(axis=1)
    alike = (rows[:, 1:] * rows[:, :-1]).sum(axis=1) / np.maximum(squares, 1e-300)
    alike = np.clip(alike, 0.0, 0.99)
    found: Floats = rows.shape[1] * (1 - alike) / (1 + alike)
    return found


def unspiked(rows: Floats) -> Floats:
    """Each row, cut to the range of its running median of three: what lasts one point sets no level.

    Cut and not smoothed: rare events are the noise of rare events.
    """
    import numpy as np

    low, middle, high = rows[:, :-2], rows[:, 1:-1], rows[:, 2:]
    smooth = np.maximum(np.minimum(low, middle), np.minimum(np.maximum(low, middle), high))
    found: Floats = np.clip(rows, smooth.min(axis=1, keepdims=True), smooth.max(axis=1, keepdims=True))
    return found
