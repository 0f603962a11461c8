"""A release of the cart reads a variable that nothing has set, for customers with neither a coupon nor a tier."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from aisre_nb.sandbox.failures import Facts
from aisre_nb.sandbox.releases import harmless_release, harmless_setting
from aisre_nb.sandbox.scenario import Fault, Plan, Release, Scenario
from aisre_nb.sandbox.source import Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCENARIO = Scenario(
    name="cart-errors",
    title="The cart answers some requests with 5XX",
    question="There is an issue with the cart service, can you find the root cause?",
    difficulty="easy",
)


def plan(rng: np.random.Generator, versions: tuple[str, str] | None) -> Plan:
    """What changes: one release of the cart, 25 to 40 minutes before it is asked about."""
    before, version = versions or ("0.1.0", "0.2.0")
    minutes = float(rng.uniform(25, 40))
    return Plan(
        releases=(Release("cart", before, version, minutes), harmless_release(rng, beside=minutes)),
        setting=harmless_setting(rng),
        scaled=float(rng.uniform(60, 130)),
        fault=Fault("cart", "POST /cart/{user_id}/quote", version, quote_of_a_plain_cart, has_a_plain_cart),
        truth={
            "outcome": "root_cause",
            "services": ["cart"],
            "kind": "code",
            "change": f"cart {before} → {version}",
            "variable": "discount",
            "operation": "POST /cart/{user_id}/quote",
            "remedies": [f"deploy cart {before}", "initialise the variable before the branches"],
        },
        per_second=float(rng.uniform(8, 12)),
        without_tier=float(rng.uniform(0.36, 0.6)),
        without_coupon=float(rng.uniform(0.4, 0.62)),
    )


def has_a_plain_cart(facts: Facts) -> NDArray[np.bool_]:
    """Neither a coupon nor a tier: the branches that set the variable are not taken."""
    plain: NDArray[np.bool_] = (facts["tier"] == 0) & (facts["coupon"] == 0)
    return plain


def quote_of_a_plain_cart(source: Source) -> BaseException:
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
    return logged[0]
