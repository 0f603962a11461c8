"""A release of the cart reads a variable that nothing has set, for customers with neither a coupon nor a tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sandbox.code.plain_cart import CHANGE, quote_of_a_plain_cart
from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.failures import Facts
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Signal, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCENARIO = Scenario(
    name="cart-errors",
    title="The cart answers some requests with 5XX",
    question="There is an issue with the cart service, can you find the root cause?",
)
OPERATION = "POST /cart/{user_id}/quote"


def plan(dice: Dice) -> Plan:
    """One release of the cart, 25 to 40 minutes before it is asked about."""
    before, version = dice.versions or (CHANGE.before, CHANGE.version)
    minutes = dice.minutes()
    return Plan(
        releases=(Release("cart", before, version, minutes, CHANGE),),
        coded=(
            Coded(
                "cart",
                version,
                quote_of_a_plain_cart,
                lambda raised: Fails("cart", OPERATION, raised=raised, if_facts=is_plain),
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("cart",),
            kind="code",
            change=f"cart {before} → {version}",
            symptom=Signal("errors", "cart", OPERATION, least=0.03),
            evidence=(
                Signal("log", "cart", "UnboundLocalError", by=20),
                Signal("errors", "cart", OPERATION, least=0.03),
            ),
            remedies=(({"action": "rollback", "service": "cart"},),),
            worse=(
                ({"action": "restart", "service": "cart"},),
                ({"action": "scale", "service": "cart", "replicas": 4},),
            ),
            path=(
                "alerts: HighErrorRate of cart, PageErrors",
                "error rate of cart by operation: only quotes",
                "stack trace in the logs of cart: UnboundLocalError in totals.py",
                "deployment of cart shortly before the first failure",
                "diff of that deployment: the branches that set the variable",
            ),
            more={"variable": "discount", "operation": OPERATION},
        ),
        per_second=dice.between(8, 12),
        without_tier=dice.between(0.15, 0.25) if dice.hard else dice.between(0.36, 0.6),
        without_coupon=dice.between(0.25, 0.35) if dice.hard else dice.between(0.4, 0.62),
    )


def is_plain(facts: Facts) -> NDArray[np.bool_]:
    """Neither a coupon nor a tier: the branches that set the variable are not taken."""
    plain: NDArray[np.bool_] = (facts["tier"] == 0) & (facts["coupon"] == 0)
    return plain
