"""What a cart costs."""

from collections.abc import Mapping
from decimal import Decimal

from .discounts import coupon_discount
from .errors import NotFound
from .models import Cart, Item, Quote
from .money import ZERO, cents

FREE_DELIVERY_FROM = Decimal("50.00")
DELIVERY = Decimal("4.90")


def line_total(item: Item, prices: Mapping[str, Decimal]) -> Decimal:
    """The price of one line of the cart."""
    if item.sku not in prices:
        raise NotFound(f"no price for {item.sku}")
    return cents(prices[item.sku] * item.quantity)


def delivery_fee(amount: Decimal) -> Decimal:
    """What delivery costs for goods of that amount."""
    return ZERO if amount >= FREE_DELIVERY_FROM else DELIVERY


def quote_of(cart: Cart, prices: Mapping[str, Decimal]) -> Quote:
    """The quote of a cart at these prices."""
    subtotal = sum((line_total(item, prices) for item in cart.items), ZERO)
    discount = ZERO
    if cart.coupon:
        discount = coupon_discount(cart.coupon, subtotal)
    goods = subtotal - discount
    delivery = delivery_fee(goods) if cart.items else ZERO
    return Quote(
        subtotal=subtotal,
        discount=discount,
        delivery=delivery,
        total=goods + delivery,
        currency=cart.currency,
    )
