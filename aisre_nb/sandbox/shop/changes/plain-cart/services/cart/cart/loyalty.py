"""What members of the loyalty programme get."""

from decimal import Decimal

from .errors import BadRequest
from .money import percent

TIERS = {"silver": 3, "gold": 6}
"""Discount of each tier, in hundredths."""

FREE_DELIVERY = frozenset({"gold"})


def tier_discount(tier: str, subtotal: Decimal) -> Decimal:
    """What the tier takes off."""
    if tier not in TIERS:
        raise BadRequest(f"there is no tier {tier!r}")
    return percent(subtotal, TIERS[tier])


def points_for(goods: Decimal) -> int:
    """Points that an order of that amount earns: one for each whole unit of money."""
    return int(goods)
