"""How sure a figure is: the percentile bootstrap over cases.

Efron and Tibshirani, An Introduction to the Bootstrap, 1993.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SAMPLES = 2000
_SEED = 20240501
_MOST = 4_000_000
"""Numbers drawn at once."""


def by_case(values: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The mean of each case's repeats: repeats of a case are no cases of their own."""
    found: dict[str, list[float]] = {}
    for case, value in values:
        found.setdefault(case, []).append(value)
    return {case: sum(each) / len(each) for case, each in found.items()}


def interval(cases: Mapping[str, float], samples: int = SAMPLES) -> tuple[float, float] | None:
    """Of the mean, 95 %; the same for the same cases. None where there are none."""
    import numpy as np

    if not cases:
        return None
    values = np.array([cases[name] for name in sorted(cases)], dtype=float)
    low, high = np.percentile(_means(values, samples), (2.5, 97.5))
    return float(low), float(high)


def paired(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[float, float, float] | None:
    """The difference of the means over the cases that both have, and its interval; None where they share none."""
    shared = {name: after[name] - before[name] for name in before.keys() & after.keys()}
    found = interval(shared)
    return None if found is None else (sum(shared.values()) / len(shared), *found)


def _means(values: np.ndarray, samples: int) -> np.ndarray:
    import numpy as np

    rng = np.random.default_rng(_SEED)
    at_once = max(1, _MOST // len(values))
    parts = []
    for begin in range(0, samples, at_once):
        drawn = rng.integers(0, len(values), (min(at_once, samples - begin), len(values)))
        parts.append(values[drawn].mean(axis=1))
    return np.concatenate(parts)
