"""Products, as pages show them."""

from typing import Any

from .database import Database
from .prices import Prices
from .products import NoSuchProduct


class Pages:
    """What the shop's pages ask for."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._prices = Prices(database)

    def product(self, sku: str) -> dict[str, Any]:
        """One product with all that is told of it. Raises `NoSuchProduct`."""
        rows = self._database.rows("SELECT name, description FROM products WHERE sku = ?", sku)
        if not rows:
            raise NoSuchProduct(sku)
        name, description = rows[0]
        price = self._prices.of([sku]).get(sku)
        return {"sku": sku, "name": name, "description": description, "price": f"{price:.2f}" if price else None}
