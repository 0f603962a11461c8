"""Customers and when they come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.sandbox.failures import Facts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

USERS = 3000
TIERS = ("none", "silver", "gold")
PLATFORMS = ("web", "ios", "android")
REGIONS = ("eu-central", "eu-west", "us-east")
_PEAK_HOUR = 19.5
_SWING = 0.4
"""How much of the mean the day's shape takes away or adds."""
_GUST_SECONDS = 60
_GUST = 0.06
"""Standard deviation of what the minutes add to the day's shape, as a share."""
_LONGEST = 24 * 60
"""Minutes for which gusts are drawn, so that a world that goes on meets the same."""


@dataclass(frozen=True)
class Customers:
    """What is true of each user, by number: indexes into `TIERS`, 0 or 1 for a coupon, pieces in the cart."""

    tier: NDArray[np.int64]
    coupon: NDArray[np.int64]
    items: NDArray[np.int64]


def customers(rng: np.random.Generator, without_tier: float, without_coupon: float) -> Customers:
    """``without_tier`` and ``without_coupon`` are shares of all users."""
    import numpy as np

    member = 1 - without_tier
    tier = rng.choice(3, size=USERS, p=[without_tier, member * 0.7, member * 0.3])
    coupon = (rng.random(USERS) >= without_coupon).astype(np.int64)
    items = 1 + rng.poisson(1.7, size=USERS)
    return Customers(tier, coupon, items)


class Traffic:
    """How many pages are asked for at each second.

    ``per_second`` at the second ``now``, a daily swing around it, and gusts that last about a minute (autoregressive),
    which makes it burstier than Poisson alone.
    """

    def __init__(self, rng: np.random.Generator, start: datetime, per_second: float, now: float) -> None:
        import numpy as np

        self._hour = start.hour + start.minute / 60
        self._per_second = per_second / float(self._daily(np.array([now]))[0])
        self._gusts = np.empty(_LONGEST)
        level = 0.0
        for n, step in enumerate(rng.normal(0, _GUST, size=_LONGEST)):
            level = 0.7 * level + step
            self._gusts[n] = level

    def _daily(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        import numpy as np

        found: NDArray[np.float64] = 1 + _SWING * np.cos((self._hour + seconds / 3600 - _PEAK_HOUR) / 24 * 2 * math.pi)
        return found

    def rate(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pages a second at these instants, seconds from the world's start."""
        import numpy as np

        wind = np.interp(seconds, np.arange(_LONGEST) * _GUST_SECONDS, self._gusts)
        found: NDArray[np.float64] = self._per_second * self._daily(seconds) * np.clip(1 + wind, 0.2, None)
        return found


def arrivals(rng: np.random.Generator, since: int, rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """When requests come, sorted: an inhomogeneous Poisson process with a rate for each second from ``since`` on."""
    import numpy as np

    counts = rng.poisson(rate)
    at = np.repeat(np.arange(len(rate)) + since, counts) + rng.random(int(counts.sum()))
    found: NDArray[np.float64] = np.sort(at)
    return found


def facts(
    rng: np.random.Generator, number: int, known: Customers, told: Sequence[tuple[str, int]] = ()
) -> dict[str, NDArray[np.int64]]:
    """What is known of so many requests; ``told`` replaces some of it for all of them."""
    import numpy as np

    user = rng.integers(USERS, size=number)
    found = {
        "user": user,
        "tier": known.tier[user],
        "coupon": known.coupon[user],
        "items": known.items[user],
        "sku": 1001 + rng.integers(400, size=number),
        "platform": rng.choice(3, size=number, p=[0.5, 0.28, 0.22]),
        "region": rng.choice(3, size=number, p=[0.45, 0.35, 0.2]),
        "bot": np.zeros(number, dtype=np.int64),
    }
    return found | {name: np.full(number, value, dtype=np.int64) for name, value in told}


def merged(
    one: NDArray[np.float64], mine: Facts, other: NDArray[np.float64], theirs: Facts
) -> tuple[NDArray[np.float64], dict[str, NDArray[np.int64]]]:
    """Two streams of requests as one, in order of time."""
    import numpy as np

    at = np.concatenate([one, other])
    order = np.argsort(at, kind="stable")
    return at[order], {name: np.concatenate([mine[name], theirs[name]])[order] for name in mine}
