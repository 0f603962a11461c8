"""Everything that one series did: each time it left its level, and when it came back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from aisre_nb.analysis.segments import LEAST_POINTS, bent, independent, unspiked

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_SIGNIFICANT = 8.0
_SURE = 20.0
_LEAST_LENGTH = 3
"""Points that a level must hold."""
_LONGEST = 600
"""Points that are looked at: a longer series is looked at in means of so many."""
_TOGETHER = 3
"""Shifts that may hide each other."""
_BACK = 1 / 3
"""The part of a shift that may be left when it counts as over."""
_LARGEST = 1e150


@dataclass(frozen=True)
class Shift:
    """One time at which a series left its level."""

    start: datetime
    end: datetime | None
    """When it was back; None where it is not."""
    before: float
    """Median of the level that it left."""
    level: float
    """Median of where it went."""
    peak: float
    """The value farthest off."""
    confidence: float
    """0 to 1."""

    @property
    def up(self) -> bool:
        """It rose."""
        return self.level > self.before


def shifts(series: pd.Series[float], least: float = 0.0) -> tuple[Shift, ...]:
    """In the order of time; a return to the level before is the end of a shift, and none of its own.

    Circular binary segmentation (Olshen, Venkatraman, Lucito, Wigler, "Circular binary segmentation for the analysis of
    array-based DNA copy number data", Biostatistics 5, 2004): the stretch that is most unlike the rest is cut out, and
    what is left and right of it and within is looked at again. What a stretch must gain is as in `segments.breaks`:
    more than a bend through all of it does, by as many values as are independent. ``least``: as for `onset.change`.
    """
    import numpy as np

    values = np.asarray(series, dtype=np.float64)
    places = np.flatnonzero(np.abs(values) < _LARGEST)
    values = values[places]
    if len(values) < LEAST_POINTS:
        return ()
    width = math.ceil(len(values) / _LONGEST)
    starts = np.arange(0, len(values), width)
    means = np.add.reduceat(values, starts) / np.diff(starts, append=len(values))
    cuts: dict[int, float] = {}
    _cut(unspiked(means[None])[0], 0, cuts)
    begins = [0, *(int(starts[cut]) for cut in sorted(cuts))]
    sure = [0.0, *(cuts[cut] for cut in sorted(cuts))]
    ends = [*begins[1:], len(values)]
    parts = [values[a:b] for a, b in zip(begins, ends, strict=True)]
    levels = [float(np.median(part)) for part in parts]
    found, over = [], -1
    for n in range(1, len(parts)):
        before = levels[n - 1]
        shift, spread = levels[n] - before, float(np.median(np.abs(parts[n - 1] - before))) * 1.4826
        if n <= over or abs(shift) <= max(least, 2 * spread, 0.1 * abs(before)):
            continue
        back = next((m for m in range(n + 1, len(parts)) if abs(levels[m] - before) <= _BACK * abs(shift)), None)
        while_off = values[begins[n] : begins[back] if back else len(values)]
        peak = float(while_off.max() if shift > 0 else while_off.min())
        end = _time(series, places[begins[back]]) if back else None
        confidence = 1 - math.exp(-sure[n] / _SURE)
        found.append(Shift(_time(series, places[begins[n]]), end, before, levels[n], peak, confidence))
        over = back or over
    return tuple(found)


def _time(series: pd.Series[float], place: int) -> datetime:
    at: datetime = series.index[int(place)].to_pydatetime()
    return at


def _cut(values: Values, first: int, cuts: dict[int, float]) -> None:
    """Note where the values begin another level, counted from ``first``, with what each cut gains."""
    n = len(values)
    if n < LEAST_POINTS:
        return
    begin, end, gain = _stretch(values)
    if gain < _SIGNIFICANT:
        return
    for place in (begin, end):
        if 0 < place < n:
            cuts[first + place] = max(gain, cuts.get(first + place, 0.0))
    for a, b in ((0, begin), (begin, end), (end, n)):
        if b - a < n:
            _cut(values[a:b], first + a, cuts)


def _stretch(values: Values) -> tuple[int, int, float]:
    """The stretch that is most unlike the rest, and what telling it apart gains.

    One shift beside others leaves a rest that is like its neighbours because of these: up to `_TOGETHER` stretches are
    tried together, and the surest number of them counts.
    """
    import numpy as np

    n = len(values)
    level = values - values.mean()
    scale = float(np.abs(level).max())
    if scale <= 1e-12 * max(float(np.abs(values).max()), 1e-300):
        return 0, 0, 0.0
    level = level / scale
    total = float(level @ level)
    curve = bent(level[None], np.arange(n, dtype=np.float64) - (n - 1) / 2)[0]
    smooth = math.log(total / max(float(curve @ curve), 1e-12 * total))
    parts, begin, end, best = [(0, n)], 0, 0, 0.0
    for many in range(1, _TOGETHER + 1):
        saved, a, b = max((_unlike(level[x:y]), x, y) for x, y in parts)
        if saved[0] <= 0:
            break
        cut = [a, a + saved[1], a + saved[2], b]
        parts = [p for p in parts if p != (a, b)] + [p for p in pairwise(cut) if p[0] < p[1]]
        if many == 1:
            begin, end = cut[1], cut[2]
        rest = np.concatenate([level[x:y] - level[x:y].mean() for x, y in sorted(parts)])
        free = float(independent(rest[None])[0])
        told = math.log(total / max(float(rest @ rest), 1e-12 * total))
        bend = max(0.0, free / 2 * smooth - 3 * math.log(n))
        best = max(best, free / 2 * told - 3 * many * math.log(n) - bend)
    return begin, end, best


def _unlike(values: Values) -> tuple[float, int, int]:
    """What the stretch saves that is most unlike the rest, where it begins and where it ends."""
    import numpy as np

    n = len(values)
    if n < LEAST_POINTS:
        return 0.0, 0, 0
    sums = np.concatenate([[0.0], np.cumsum(values - values.mean())])
    edges = np.arange(n + 1)
    length = edges[None, :] - edges[:, None]
    # Neither the stretch nor what is left of it may be a stub that no level could hold.
    whole = (edges == 0) | (edges == n) | ((edges >= _LEAST_LENGTH) & (edges <= n - _LEAST_LENGTH))
    allowed = (length >= _LEAST_LENGTH) & (n - length >= _LEAST_LENGTH) & whole[:, None] & whole[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        saved = np.where(allowed, (sums[None, :] - sums[:, None]) ** 2 / (length * (1 - length / n)), -1.0)
    begin, end = divmod(int(saved.argmax()), n + 1)
    return float(saved[begin, end]), begin, end
