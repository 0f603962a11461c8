"""The catalog asks the database once for each price, instead of once for all of them."""

from __future__ import annotations

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit
from aisre_nb.sandbox.code.database import database
from aisre_nb.sandbox.repository.source import Source

CHANGE = CodeChange(
    name="price-by-price",
    service="catalog",
    before="3.2.1",
    version="3.3.0",
    commits=(
        CodeCommit("catalog: groups of customers and what they pay", ("groups.py",), 2.4 * 24 * 60),
        CodeCommit(
            "catalog: prices by customer group\n\nOne place knows what a product costs; listings and pages ask it.",
            (),
            205,
        ),
    ),
)


def queries(source: Source, items: int) -> int:
    """How often the database is asked for the prices of so many products."""
    with database() as products:
        skus = [f"SKU-{1001 + n}" for n in range(items)]
        for sku in skus:
            products.add(sku)
        found = source.get("prices", "Prices")(products).of(skus)
        if len(found) != items:
            raise AssertionError(f"{len(found)} prices for {items} products")
        return products.asked
