"""Whether a remedy helped: the level of a signal before the trouble, during it, and after the remedy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal[
    "recovered",  # it is back where it was before the trouble, or nearly
    "improving",  # clearly better than during the trouble, and not yet well
    "unchanged",  # neither
    "worse",  # clearly worse than when the remedy was applied
]
Bad = Literal["up", "down"]
"""The direction that hurts: errors and latency hurt upwards, a request rate downwards."""

_NEAR = 0.05
"""Share of the trouble that may be left where a signal counts as recovered."""
_BETTER, _WORSE = 0.4, 0.35
"""Share of the trouble by which a signal must fall or rise to count; a few failing requests more or less are chance."""
_HIGH = 10
"""Times `Levels.least` that a level must reach to count as trouble where no healthy one is known."""
_BREATH = {"up": 0.3, "down": 0.5}
"""A distance below this share of the healthy level is no trouble: signals breathe, and traffic has its day."""
_NEW = {"up": 1.0, "down": 0.5}
"""Share of its level by which a signal that was well must move to count as worse."""


@dataclass(frozen=True)
class Levels:
    """One signal, in its own unit; nan where nothing was stored."""

    healthy: float
    """Before the trouble; nan where that is not known, which says that a healthy level is nought."""
    sick: float
    """When the remedy was applied."""
    now: float
    """At the end of the wait."""
    bad: Bad = "up"
    least: float = 0.0
    """A smaller difference is noise."""

    @property
    def trouble(self) -> float:
        """How far the signal was off when the remedy was applied; 0 where it was well."""
        return self._off(self.sick)

    @property
    def left(self) -> float:
        """How far it is off now."""
        return self._off(self.now)

    def _off(self, level: float) -> float:
        if math.isnan(level):
            return 0.0
        if math.isnan(self.healthy):
            return level if self.bad == "up" and level > _HIGH * self.least else 0.0
        off = (level - self.healthy) * _SIGN[self.bad]
        return off if off > max(self.least, _BREATH[self.bad] * abs(self.healthy)) else 0.0


_SIGN = {"up": 1, "down": -1}


def judge(levels: Levels) -> Verdict:
    """One signal's verdict. Of a signal that was well, only ``worse`` and ``unchanged`` can be said."""
    if math.isnan(levels.sick) or math.isnan(levels.now):
        return "unchanged"
    trouble, left = levels.trouble, levels.left
    if left <= _NEAR * trouble:
        # Requests that fail at once are quick: a latency that comes back to its healthy level is no harm.
        return "recovered" if trouble else "unchanged"
    gained = (levels.sick - levels.now) * _SIGN[levels.bad]
    if gained < -max(levels.least, _WORSE * trouble if trouble else _NEW[levels.bad] * abs(levels.sick)):
        return "worse"
    return "improving" if trouble and gained > max(levels.least, _BETTER * trouble) else "unchanged"


def together(signals: Iterable[Levels]) -> Verdict:
    """The verdict on a service; ``signals`` in the order of their importance, errors first.

    The first that was off leads: where it is better, another that rose is the price of serving again; where it is not,
    what else got better is chance.
    """
    judged = [(levels, judge(levels)) for levels in signals]
    ill = [verdict for levels, verdict in judged if levels.trouble]
    if ill and ill[0] in ("recovered", "improving"):
        return "recovered" if all(verdict == "recovered" for verdict in ill) else "improving"
    return "worse" if any(verdict == "worse" for _, verdict in judged) else "unchanged"


def by_alerts(before: Iterable[str], now: Iterable[str]) -> Verdict:
    """The verdict where no signal was off: the alerts that fired before the remedy, and those that fire now."""
    fired, fires = set(before), set(now)
    if not fired - fires:
        return "unchanged"
    return "improving" if fires else "recovered"
