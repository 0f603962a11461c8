"""Customers and when they come."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.sandbox.calls import Page
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


def arrivals(
    rng: np.random.Generator, start: datetime, seconds: int, per_second: float, pages: tuple[Page, ...]
) -> list[NDArray[np.float64]]:
    """When each page is asked for: sorted seconds from the start, one array a page.

    An inhomogeneous Poisson process: ``per_second`` on the mean of a day, a daily swing, and gusts that last about a
    minute (autoregressive), which makes it burstier than Poisson alone.
    """
    import numpy as np

    hour = start.hour + start.minute / 60 + np.arange(seconds) / 3600
    daily = 1 + _SWING * np.cos((hour - _PEAK_HOUR) / 24 * 2 * math.pi)
    minutes = seconds // _GUST_SECONDS + 2
    gusts = np.empty(minutes)
    level = 0.0
    for n, step in enumerate(rng.normal(0, _GUST, size=minutes)):
        level = 0.7 * level + step
        gusts[n] = level
    wind = np.interp(np.arange(seconds), np.arange(minutes) * _GUST_SECONDS, gusts)
    rate = per_second * daily * np.clip(1 + wind, 0.2, None)
    found = []
    for page in pages:
        counts = rng.poisson(rate * page.weight)
        at = np.repeat(np.arange(seconds), counts) + rng.random(int(counts.sum()))
        found.append(np.sort(at))
    return found


def facts(rng: np.random.Generator, number: int, known: Customers) -> Facts:
    """What is known of so many requests."""
    user = rng.integers(USERS, size=number)
    return {
        "user": user,
        "tier": known.tier[user],
        "coupon": known.coupon[user],
        "items": known.items[user],
        "sku": 1001 + rng.integers(400, size=number),
        "platform": rng.choice(3, size=number, p=[0.5, 0.28, 0.22]),
        "region": rng.choice(3, size=number, p=[0.45, 0.35, 0.2]),
    }
