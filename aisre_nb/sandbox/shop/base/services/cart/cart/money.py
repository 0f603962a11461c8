"""Amounts of money: decimals with two places, rounded half up."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    """Rounded to whole cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def percent(amount: Decimal, rate: int) -> Decimal:
    """So many hundredths of an amount."""
    return cents(amount * rate / 100)
