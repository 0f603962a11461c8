"""What a cart costs."""

from collections.abc import Mapping
from decimal import Decimal

from .discounts import coupon_discount
from .errors import NotFound
from .loyalty import FREE_DELIVERY, points_for, tier_discount
from .models import Cart, Item, Quote
from .money import ZERO, cents

FREE_DELIVERY_FROM = Decimal("50.00")
DELIVERY = Decimal("4.90")


def line_total(item: Item, prices: Mapping[str, Decimal]) -> Decimal:
    """The price of one line of the cart."""
    if item.sku not in prices:
        raise NotFound(f"no price for {item.sku}")
    return cents(prices[item.sku] * item.quantity)


def delivery_fee(amount: Decimal, tier: str | None = None) -> Decimal:
    """What delivery costs for goods of that amount; nothing for the best customers."""
    if tier in FREE_DELIVERY:
        return ZERO
    return ZERO if amount >= FREE_DELIVERY_FROM else DELIVERY


def quote_of(cart: Cart, prices: Mapping[str, Decimal]) -> Quote:
    """The quote of a cart at these prices. Coupon and loyalty do not add up: the better one counts."""
    subtotal = sum((line_total(item, prices) for item in cart.items), ZERO)
    if cart.coupon:
        discount = coupon_discount(cart.coupon, subtotal)
        if cart.tier:
            discount = max(discount, tier_discount(cart.tier, subtotal))
    elif cart.tier:
        discount = tier_discount(cart.tier, subtotal)
    goods = subtotal - discount
    delivery = delivery_fee(goods, cart.tier) if cart.items else ZERO
    return Quote(
        subtotal=subtotal,
        discount=discount,
        delivery=delivery,
        total=goods + delivery,
        currency=cart.currency,
        points=points_for(goods) if cart.tier else 0,
    )
