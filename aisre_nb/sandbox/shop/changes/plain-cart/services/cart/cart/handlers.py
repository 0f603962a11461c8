"""One function for each operation: a request in, a JSON object out."""

from dataclasses import dataclass, field
from typing import Any

from .discounts import coupon_named
from .errors import BadRequest
from .loyalty import TIERS
from .models import Cart
from .prices import Prices
from .store import Store
from .totals import quote_of


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Shop:
    """What the handlers work with."""

    store: Store
    prices: Prices


def _cart(shop: Shop, user_id: str) -> Cart:
    return shop.store.load(user_id) or Cart(user_id)


def get_cart(shop: Shop, request: Request, user_id: str) -> dict[str, Any]:
    cart = _cart(shop, user_id)
    lines = [{"sku": item.sku, "quantity": item.quantity} for item in cart.items]
    return {"items": lines, "quantity": cart.quantity, "coupon": cart.coupon, "tier": cart.tier}


def add_item(shop: Shop, request: Request, user_id: str) -> dict[str, Any]:
    sku, quantity = request.body.get("sku"), request.body.get("quantity", 1)
    if not sku or not isinstance(quantity, int) or quantity < 1:
        raise BadRequest("an item needs a sku and a quantity of 1 or more")
    cart = _cart(shop, user_id)
    cart.put(sku, quantity)
    shop.store.save(cart)
    return {"quantity": cart.quantity}


def set_coupon(shop: Shop, request: Request, user_id: str) -> dict[str, Any]:
    code = request.body.get("code", "")
    coupon_named(code)
    cart = _cart(shop, user_id)
    cart.coupon = code
    shop.store.save(cart)
    return {"coupon": code}


def _tier(request: Request) -> str | None:
    """What the gateway knows of the user's membership."""
    tier = request.body.get("tier") or None
    if tier is not None and tier not in TIERS:
        raise BadRequest(f"there is no tier {tier!r}")
    return tier


def quote(shop: Shop, request: Request, user_id: str) -> dict[str, Any]:
    cart = _cart(shop, user_id)
    cart.tier = _tier(request) or cart.tier
    prices = shop.prices.of([item.sku for item in cart.items], cart.currency)
    return quote_of(cart, prices).as_json()
