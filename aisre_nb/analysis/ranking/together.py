"""How much of what each service costs goes together with what is seen at a symptom."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from aisre_nb.analysis.ranking.excess import Excess

_BASELINE_WEIGHT = 0.25
"""What the time before counts beside the window's steps. It tells a window that was bad all along from a good one, and
levels drift between the two, so that it must not outweigh what moved within the window."""
_SURE = 3.0
"""Robust deviations up to which a movement is nothing."""
_FEW = 0.01
"""Of the symptom's requests, a part too small to be felt."""


@dataclass(frozen=True)
class Together:
    """Of one service, beside a symptom's course."""

    slope: float
    """What it costs for each unit that the symptom costs; 0 and up, less what noise alone would give."""
    agreement: float
    """The squared correlation with the symptom's course."""


def together(excess: Excess, course: pd.Series[float]) -> dict[str, Together]:
    """Each service's course upon the symptom's by least squares, the time before as one more point of no cost.

    The positive-part estimator (James and Stein, 1961; Efron and Morris, JASA 68, 1973) takes from each slope what
    noise alone would give, so that a restless service explains nothing.
    """
    import numpy as np

    names = [str(name) for name in excess.course.columns]
    steps = len(excess.course)
    seen = course.reindex(excess.course.index).fillna(0.0).to_numpy(dtype=float)
    weights = np.append(np.ones(steps), _BASELINE_WEIGHT * steps)
    x = _centred(np.append(seen, 0.0)[:, None], weights)[:, 0] if steps else np.zeros(1)
    spread = float(weights @ x**2) if steps else 0.0
    if spread <= 0 or not names:
        return {name: Together(0.0, 0.0) for name in names}
    costs = excess.course.fillna(0.0).to_numpy(dtype=float)
    y = _centred(np.vstack([costs, np.zeros(len(names))]), weights)
    slopes = (weights * x) @ y / spread
    scatter = np.sqrt(weights @ (y - np.outer(x, slopes)) ** 2 / max(float(weights.sum()) - 2.0, 1.0))
    # A level that drifted since the baseline scatters about the line, however quiet it was then.
    error = np.maximum(excess.noise.to_numpy(dtype=float), scatter) / math.sqrt(spread)
    whole = weights @ y**2
    agreement = np.where(whole > 0, slopes**2 * spread / np.where(whole > 0, whole, 1.0), 0.0)
    up = np.where(slopes > 0, slopes, 1.0)
    with np.errstate(over="ignore"):
        # A slope of next to nothing has an error of any number of times it.
        kept = np.where(slopes > 0, slopes * np.maximum(0.0, 1.0 - (error / up) ** 2), 0.0)
    return {name: Together(float(k), float(a)) for name, k, a in zip(names, kept, agreement, strict=True)}


def aside(other: Excess, course: pd.Series[float], traffic: pd.Series[float], symptom: str) -> dict[str, float]:
    """How surely, 0 to 1, each service moved with the symptom in the other cost, by enough to be felt.

    Costs of two kinds have no common unit. What counts is how far it is beyond its noise, how much of its latency is
    new, or how many failures there are for the symptom's requests, and how well its course agrees.
    """
    found = {}
    off = other.deviations()
    mine = float(traffic.get(symptom, 0.0))
    for name, each in together(other, course).items():
        usual, worst = float(other.usual[name]), float(other.worst[name])
        if each.slope <= 0 or not worst > 0:
            continue
        if other.cost == "error":
            often = float(traffic.get(name, 0.0)) / mine if mine > 0 else 1.0
            usual, worst = usual * often + _FEW, worst * often + _FEW
        sure = 1.0 - math.exp(-max(float(off[name]) - _SURE, 0.0) / _SURE)
        part = max(1.0 - usual / worst, 0.0) * sure * each.agreement
        if part > 0.05:
            found[name] = part
    return found


def _centred(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    centred: npt.NDArray[np.float64] = values - (weights @ values) / weights.sum()
    return centred
