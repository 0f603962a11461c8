"""Groups of customers, who pay different prices."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Group = Literal["regular", "trade", "staff"]
"""Everybody; who buys for a shop of their own; who works here."""

PERCENT_OFF: dict[Group, int] = {"regular": 0, "trade": 8, "staff": 20}


def price_for(group: Group, cents: int) -> Decimal:
    """What that group pays, in euros."""
    paid = Decimal(cents) * (100 - PERCENT_OFF[group]) / 10_000
    return paid.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
