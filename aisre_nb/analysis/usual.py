"""How unusual values are, held against the same time of the week or day before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

By = Literal[
    "week",  # the same time of the same weekday
    "day",  # the same time of every day
    "level",  # all that came before: there is too little history, or no season in it
    "nothing",  # there is no history
]
_SECONDS: tuple[tuple[By, int], ...] = (("week", 7 * 86400), ("day", 86400))
_LEAST_TURNS = 3
"""Weeks or days of history below which a season is not told from chance."""
_LEAST_BIN = 300
"""Seconds of a season that are looked at together at least."""
_A_BIN = 2
"""Points of a season that are looked at together at least."""
_BETTER = 0.8
"""The part of the mean distance from one level that a season must come below, to be one."""
_LEAST_SHARE = 0.02
"""Of the usual value: a spread below it is not believed, so that a constant's first change is no infinite surprise."""


@dataclass(frozen=True)
class Unusual:
    """Values beside what is usual at their time."""

    frame: pd.DataFrame
    """time (index), value, usual, score: robust deviations from the usual, signed; null where nothing is known."""
    by: By
    """What they were held against."""
    spread: float
    """One robust deviation of the history from its own usual values."""


def unusual(series: pd.Series[float], history: pd.Series[float]) -> Unusual:
    """Each value of ``series`` against ``history``, both indexed by aware times; gaps in either are left out.

    The usual value is a median over the weeks (else days) before of what was measured around that time; the spread is
    the median absolute deviation of the history from the usual value of its *other* weeks or days, times 1.4826
    (Rousseeuw and Croux, "Alternatives to the median absolute deviation", JASA 88, 1993). A season is taken only where
    it explains the history better than one level does. What lies in ``series`` is cut out of the history.
    """
    import numpy as np
    import pandas as pd

    series, history = series[np.isfinite(series)], history[np.isfinite(history)]
    if len(series):
        history = history[(history.index < series.index[0]) | (history.index > series.index[-1])]
    if history.empty:
        frame = pd.DataFrame({"value": series, "usual": np.nan, "score": np.nan})
        return Unusual(frame, "nothing", float("nan"))
    past = history.to_numpy(dtype=np.float64)
    middle = float(np.median(past))
    by: By = "level"
    usual = np.full(len(series), middle)
    spread = _spread(past - middle)
    # By the mean: what happens for an hour a day is nothing to a median, and yet a season.
    left = float(np.abs(past - middle).mean())
    for name, seconds in _SECONDS:
        found = _season(series, history, seconds)
        if found is not None and float(np.nanmean(np.abs(found[1]))) < _BETTER * left:
            by, usual, spread = name, found[0], _spread(found[1])
            break
    floor = np.maximum(_LEAST_SHARE * np.abs(usual), 1e-12)
    score = (series.to_numpy(dtype=float) - usual) / np.maximum(spread, floor)
    return Unusual(pd.DataFrame({"value": series, "usual": usual, "score": score}), by, spread)


def _spread(off: NDArray[np.floating[Any]]) -> float:
    import numpy as np

    return 1.4826 * float(np.nanmedian(np.abs(off))) if len(off) else float("nan")


def _season(series: pd.Series[float], history: pd.Series[float], seconds: int) -> tuple[Values, Values] | None:
    """The usual value at each time of the series, and how far each point of the history is from its own.

    None where the history is too short for it.
    """
    import numpy as np

    now, then = _clock(series), _clock(history)
    width = max(_LEAST_BIN, _A_BIN * int(np.median(np.diff(then)))) if len(then) > 1 else _LEAST_BIN
    turns, places = np.divmod(then, seconds)
    bins = (places // width).astype(int)
    rows = np.unique(turns)
    if len(rows) < _LEAST_TURNS:
        return None
    table = np.full((len(rows), -(-seconds // width)), np.nan)
    order = np.lexsort((bins, turns))
    values, keys = history.to_numpy(dtype=float)[order], (turns[order], bins[order])
    begin = np.flatnonzero(np.r_[True, (np.diff(keys[0]) != 0) | (np.diff(keys[1]) != 0)])
    for part, at in zip(np.split(values, begin[1:]), begin, strict=True):
        table[np.searchsorted(rows, keys[0][at]), keys[1][at]] = np.median(part)
    # Neighbouring bins lend to each other: few turns make a rough median.
    wide = np.stack([np.roll(table, shift, axis=1) for shift in (-1, 0, 1)])
    known = np.isfinite(wide).any(axis=0).sum(axis=0)
    others = np.stack([_middle(np.delete(wide, row, axis=1)) for row in range(len(rows))])
    off = history.to_numpy(dtype=np.float64) - others[np.searchsorted(rows, turns), bins]
    mine = ((now % seconds) // width).astype(int)
    usual = np.where(known >= _LEAST_TURNS, _middle(wide), np.nan)[mine]
    if np.isnan(usual).any():
        return None
    return usual, off


def _middle(wide: Values) -> Values:
    """Over neighbours and turns, for each bin."""
    import warnings

    import numpy as np

    with warnings.catch_warnings():
        # A bin of which nothing is known is no accident.
        warnings.simplefilter("ignore", RuntimeWarning)
        found: Values = np.nanmedian(wide.reshape(-1, wide.shape[-1]), axis=0)
    return found


def _clock(series: pd.Series[float]) -> Values:
    """Seconds since a Monday."""
    import pandas as pd

    since = pd.DatetimeIndex(series.index) - pd.Timestamp("1970-01-05", tz="UTC")
    found: Values = since.total_seconds().to_numpy(dtype=float)
    return found
