"""Exact tests of counts, for many rows at once, and what is left of them when many were tried.

By sums of log-probabilities, so that it takes numpy alone: a statistics library costs more time and memory to load than
all that is asked of it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_DEVIATIONS = 12.0
"""Standard deviations from where a tail begins after which nothing of it is left."""


def binomial(hits: np.ndarray, trials: np.ndarray, share: float) -> np.ndarray:
    """Two-sided p-value of each count of hits (int) among its trials, where each is one by chance ``share``.

    Twice the smaller tail, at most 1.
    """
    import numpy as np

    logs = _log_factorials(int(trials.max(initial=0)))
    answer = np.ones(len(hits))
    for row, (k, n) in enumerate(zip(hits.tolist(), trials.tolist(), strict=True)):
        span = int(_DEVIATIONS * (n * share * (1 - share)) ** 0.5) + 60
        many = k > n * share
        i = np.arange(k, min(n, k + span) + 1) if many else np.arange(max(0, k - span), k + 1)
        terms = logs[n] - logs[i] - logs[n - i] + i * np.log(share) + (n - i) * np.log1p(-share)
        answer[row] = min(1.0, 2 * float(np.exp(terms).sum()))
    return answer


def fisher(both: np.ndarray, left: np.ndarray, right: np.ndarray, size: np.ndarray) -> np.ndarray:
    """One-sided p-value of each overlap (int) of two sets of ``left`` and ``right`` members among ``size``.

    The chance of an overlap at least as large (Fisher's exact test); 1 where it is no larger than expected.
    """
    import numpy as np

    logs = _log_factorials(int(size.max(initial=0)))
    answer = np.ones(len(both))
    rows = zip(both.tolist(), left.tolist(), right.tolist(), size.tolist(), strict=True)
    for row, (k, a, b, n) in enumerate(rows):
        if k * n <= a * b:
            continue
        span = int(_DEVIATIONS * (a * b / n) ** 0.5) + 60
        i = np.arange(k, min(a, b, k + span) + 1)
        ways = logs[a] - logs[i] - logs[a - i] + logs[n - a] - logs[b - i] - logs[n - a - b + i]
        answer[row] = min(1.0, float(np.exp(ways - (logs[n] - logs[b] - logs[n - b])).sum()))
    return answer


def adjusted(p_values: np.ndarray) -> np.ndarray:
    """The p-values as rates of false discovery (Benjamini and Hochberg, JRSS B 1995)."""
    import numpy as np

    count = len(p_values)
    order = np.argsort(p_values)
    scaled = p_values[order] * count / np.arange(1, count + 1)
    answer = np.empty(count)
    answer[order] = np.minimum.accumulate(scaled[::-1])[::-1].clip(0.0, 1.0)
    return answer


def _log_factorials(most: int) -> np.ndarray:
    """The logarithms of 0!, 1!, … ``most``!"""
    import numpy as np

    return np.concatenate((np.zeros(1), np.cumsum(np.log(np.arange(1, most + 1)))))
