"""Whether something that is counted comes more or less often since an instant, windows of any length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.significance import adjusted, binomial

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LEAST = 5
"""Events, seen or to be expected, that it takes to say anything."""
SURE = 0.01
"""The share of false discoveries among what is said to have changed."""
FACTOR = 2.0
"""By which a rate must differ to be worth a word."""
_BUCKETS = 20
_SHORTEST = 1e-3
"""Seconds of a window below which it is none."""


def compared(
    before: np.ndarray, after: np.ndarray, seconds: tuple[float, float], spread: Sequence[float] | float = 1.0
) -> pd.DataFrame:
    """One row a count: ``ratio`` of the rates (after to before), ``p_value``, ``change``.

    ``before`` and ``after`` are counts in windows of ``seconds``; ``spread`` is their variance over their mean, as
    `dispersion` has it. Given both counts together, the later one is binomial if the rates are equal (Przyborowski and
    Wilenski, "Homogeneity of results in testing samples from Poisson series", Biometrika 1940); counts are divided by
    their spread first, as bursts are fewer independent events (quasi-Poisson; Wedderburn, Biometrika 1974). p-values
    are two-sided and adjusted for all rows (Benjamini and Hochberg, JRSS B 1995). ``change``: ``"surging"``,
    ``"fading"``, ``"gone"`` or empty. A window of no length (less than a millisecond) gives ratio nan, p-value 1 and
    no change.
    """
    import numpy as np
    import pandas as pd

    before, after = np.asarray(before, float), np.asarray(after, float)
    if not min(seconds) >= _SHORTEST or not len(before):
        nothing = {"ratio": np.nan, "p_value": 1.0, "change": ""}
        return pd.DataFrame({name: [value] * len(before) for name, value in nothing.items()})
    share = seconds[1] / sum(seconds)
    bursts = np.maximum(np.asarray(spread, float), 1.0)
    late, early = (np.round(counts / bursts).astype(np.int64) for counts in (after, before))
    sure = adjusted(binomial(late, late + early, share))
    # Half an event more on both sides keeps the ratio finite (Haldane 1956).
    ratio = (after + 0.5) / seconds[1] / ((before + 0.5) / seconds[0])
    expected = before / seconds[0] * seconds[1]
    change = np.select(
        [
            (sure < SURE) & (ratio >= FACTOR) & (after >= LEAST),
            (sure < SURE) & (after == 0) & (expected >= LEAST),
            (sure < SURE) & (ratio <= 1 / FACTOR) & (expected >= LEAST),
        ],
        ["surging", "gone", "fading"],
        "",
    )
    return pd.DataFrame({"ratio": ratio, "p_value": sure, "change": change})


def dispersion(seconds: np.ndarray, length: float) -> float:
    """Variance over mean of events per bucket, at least 1; ``seconds`` since the start of a window of ``length``.

    1 where there are too few events to tell.
    """
    import numpy as np

    if length <= 0 or len(seconds) < 2 * LEAST:
        return 1.0
    counts, _ = np.histogram(seconds, bins=_BUCKETS, range=(0.0, length))
    return float(max(1.0, counts.var(ddof=1) / counts.mean())) if counts.any() else 1.0
