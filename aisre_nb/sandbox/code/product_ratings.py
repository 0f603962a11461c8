"""The catalog divides by the number of a product's ratings, of which there may be none."""

from __future__ import annotations

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit
from aisre_nb.sandbox.code.database import database
from aisre_nb.sandbox.repository.source import Source

CHANGE = CodeChange(
    name="product-ratings",
    service="catalog",
    before="3.2.1",
    version="3.4.0",
    commits=(
        CodeCommit("catalog: ratings, and their mean in halves of a star", ("ratings.py",), 1.9 * 24 * 60),
        CodeCommit("catalog: product pages show stars", (), 160),
    ),
)
SKU = "{sku}"
"""A log of the service says which; the telemetry's template has a place for it."""


def product(source: Source, rated: bool) -> BaseException | None:
    """Ask for a product; what it raises."""
    with database() as products:
        products.add(SKU, *((5, 4) if rated else ()))
        try:
            source.get("pages", "Pages")(products).product(SKU)
        except Exception as error:
            return error
    return None
