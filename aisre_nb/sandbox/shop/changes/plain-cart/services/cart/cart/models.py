"""Carts as they are kept, quotes as they are answered."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Item:
    sku: str
    quantity: int = 1


@dataclass
class Cart:
    user_id: str
    currency: str = "EUR"
    items: list[Item] = field(default_factory=list)
    coupon: str | None = None
    tier: str | None = None
    """Of the loyalty programme; None for guests and for users who did not join."""

    @property
    def quantity(self) -> int:
        return sum(item.quantity for item in self.items)

    def put(self, sku: str, quantity: int) -> None:
        """Add so many of an item, to those that are there."""
        for position, item in enumerate(self.items):
            if item.sku == sku:
                self.items[position] = Item(sku, item.quantity + quantity)
                return
        self.items.append(Item(sku, quantity))


@dataclass(frozen=True)
class Quote:
    subtotal: Decimal
    discount: Decimal
    delivery: Decimal
    total: Decimal
    currency: str
    points: int = 0

    def as_json(self) -> dict[str, str | int]:
        return {
            "subtotal": str(self.subtotal),
            "discount": str(self.discount),
            "delivery": str(self.delivery),
            "total": str(self.total),
            "currency": self.currency,
            "points": self.points,
        }
