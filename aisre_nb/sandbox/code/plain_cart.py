"""The cart reads a variable that nothing has set, for customers with neither a coupon nor a tier."""

from __future__ import annotations

import sys

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit
from aisre_nb.sandbox.repository.source import Source

CHANGE = CodeChange(
    name="plain-cart",
    service="cart",
    before="0.1.0",
    version="0.2.0",
    commits=(
        CodeCommit("cart: tiers of the loyalty programme", ("models.py", "loyalty.py"), 2.1 * 24 * 60),
        CodeCommit(
            "cart: quotes give members their discount\n\n"
            "Members see the same price in the cart as on their account page.",
            (),
            190,
        ),
    ),
)


def quote_of_a_plain_cart(source: Source) -> BaseException | None:
    """Ask the cart's own code for a quote, and take what it logs."""
    logged: list[BaseException] = []

    class Log:
        def exception(self, *_: object) -> None:
            error = sys.exc_info()[1]
            if error is not None:
                logged.append(error)

    source.module("app").log = Log()
    cart = source.get("models", "Cart")("u-1", items=[source.get("models", "Item")("SKU-1001", 2)])
    shop = source.get("handlers", "Shop")(
        source.get("store", "MemoryStore")(cart), source.get("prices", "FixedPrices")({"SKU-1001": "12.50"})
    )
    request = source.get("handlers", "Request")("POST", source.names.text("/cart/u-1/quote"))
    source.get("app", "App")(shop)(request)
    return logged[0] if logged else None
