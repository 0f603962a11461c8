"""One product is asked for so often that its key in the cache is hot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sandbox.engine.effects import Arrives, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Facts
from aisre_nb.sandbox.remedies import flag, restart, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Signal, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCENARIO = Scenario(
    name="one-product-slow",
    title="Pages of one product are slow",
    question="Since an influencer named one product, pages are slow at times. Which ones?",
)


def plan(dice: Dice) -> Plan:
    """Traffic on one product."""
    minutes = dice.between(24, 34)
    hot = When(since=minutes, off="local-cache-for-hot-products")
    return Plan(
        onset=minutes,
        effects=(
            Arrives(
                "",
                "GET /product/{sku}",
                times=dice.strength(2.2, 1.7),
                facts=(("sku", 1077),),
                when=When(since=minutes),
            ),
            Slows("redis", "GET product", plus=dice.strength(0.45, 0.3), if_facts=is_hot, when=hot),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("redis",),
            kind="hot_key",
            change="product SKU-1077 is asked for by everybody",
            symptom=Signal("latency", "catalog", "GET /products/{sku}", least=0.1),
            evidence=(Signal("rate", "catalog", "GET /products/{sku}", by=1.4),),
            remedies=((flag("local-cache-for-hot-products", 100),),),
            worse=((restart("redis"),), (scale("catalog", 5),)),
            path=(
                "latency by page: product pages",
                "traces of slow ones: one product; their time is spent on one key of the cache",
                "runbook: hot products can be kept by the catalog itself, behind a flag",
            ),
        ),
    )


def is_hot(facts: Facts) -> NDArray[np.bool_]:
    """The product that everybody wants."""
    hot: NDArray[np.bool_] = facts["sku"] == 1077
    return hot
