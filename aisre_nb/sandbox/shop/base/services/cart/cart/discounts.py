"""What is taken off a subtotal."""

from dataclasses import dataclass
from decimal import Decimal

from .errors import BadRequest
from .money import ZERO, percent


@dataclass(frozen=True)
class Coupon:
    rate: int
    at_least: Decimal = ZERO


COUPONS = {
    "WELCOME10": Coupon(10),
    "SPRING15": Coupon(15, at_least=Decimal("40.00")),
    "STAFF30": Coupon(30),
}


def coupon_named(code: str) -> Coupon:
    """The coupon of that code, however it is written."""
    try:
        return COUPONS[code.strip().upper()]
    except KeyError:
        raise BadRequest(f"there is no coupon {code!r}") from None


def coupon_discount(code: str, subtotal: Decimal) -> Decimal:
    """What the coupon takes off; nothing where the subtotal is too small for it."""
    coupon = coupon_named(code)
    if subtotal < coupon.at_least:
        return ZERO
    return percent(subtotal, coupon.rate)
