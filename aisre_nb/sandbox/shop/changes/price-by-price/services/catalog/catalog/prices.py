"""Prices of products."""

from collections.abc import Iterable
from decimal import Decimal

from .database import Database
from .groups import Group, price_for


class NoPrice(Exception):
    """The product is not for sale."""


class Prices:
    """What products cost, in euros, for the customers of a group."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def price(self, sku: str, group: Group = "regular") -> Decimal:
        """What one product costs. Raises `NoPrice`."""
        rows = self._database.rows("SELECT sku, cents FROM prices WHERE sku = ?", sku)
        if not rows:
            raise NoPrice(sku)
        _, cents = rows[0]
        return price_for(group, cents)

    def of(self, skus: Iterable[str], group: Group = "regular") -> dict[str, Decimal]:
        """The prices by sku; products without a price are left out."""
        found = {}
        for sku in sorted(set(skus)):
            try:
                found[sku] = self.price(sku, group)
            except NoPrice:
                continue
        return found
