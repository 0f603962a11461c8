"""A release of the catalog divides by zero for products that nobody rated; its rollout stopped halfway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sandbox.code.product_ratings import CHANGE, product
from aisre_nb.sandbox.engine.effects import Breaks, Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Facts, Raised
from aisre_nb.sandbox.remedies import restart, rollback
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Signal, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCENARIO = Scenario(
    name="product-pages-fail-halfway",
    title="A part of the product pages fails",
    question="Some product pages fail and the rollout of the catalog does not finish. What is going on?",
)


def plan(dice: Dice) -> Plan:
    """One release of the catalog that stands halfway."""
    minutes = dice.minutes()
    few = 6 if dice.hard else 3
    return Plan(
        releases=(Release("catalog", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        coded=(
            Coded(
                "catalog",
                CHANGE.version,
                lambda source: product(source, rated=False),
                lambda raised: _fails(raised, few),
            ),
        ),
        effects=(
            Breaks(
                "catalog",
                reason="Unhealthy",
                message="Readiness probe failed: HTTP probe failed with statuscode: 500",
                after=1,
                when=When(versions=(CHANGE.version,)),
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("catalog",),
            kind="code",
            change=f"catalog {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("errors", "catalog", "GET /products/{sku}", least=0.03),
            evidence=(
                Signal("log", "catalog", "ZeroDivisionError", by=10),
                Signal("errors", "frontend", "GET /product/{sku}", least=0.03),
            ),
            remedies=((rollback("catalog"),),),
            worse=((restart("frontend"),), (restart("catalog"),)),
            path=(
                "error rate of the catalog by version: only the new pods fail",
                "stack trace: a division by zero in the ratings",
                "rollout of the catalog: it stands, half of the pods are new",
                "diff of that release",
            ),
        ),
    )


def _fails(raised: Raised, few: int) -> Fails:
    def is_unrated(facts: Facts) -> NDArray[np.bool_]:
        unrated: NDArray[np.bool_] = facts["sku"] % few == 0
        return unrated

    return Fails("catalog", "GET /products/{sku}", raised=raised, if_facts=is_unrated)
