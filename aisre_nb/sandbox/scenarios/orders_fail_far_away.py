"""The alert is of checkout; the cause is the catalog's database host, that the cart's prices need at times."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="orders-fail-far-away",
    title="Orders fail, and checkout is blamed",
    question="checkout fails for some orders. Should we roll it back?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the catalog."""
    minutes = dice.minutes()
    wrong = When(service="catalog", key="DATABASE_HOST", values=("postgres-replica.shop",))
    return Plan(
        settings=(
            Setting(
                "catalog",
                "DATABASE_HOST",
                "postgres.shop",
                "postgres-replica.shop",
                "catalog: read from the replica",
                minutes,
            ),
        ),
        onset=minutes,
        effects=(
            Fails(
                "postgres",
                "SELECT prices",
                "catalog",
                wrong,
                raised=Raised("UndefinedTable", 'relation "prices" does not exist'),
                status=500,
                share=1.0 if not dice.hard else 0.7,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("catalog",),
            kind="config",
            change="catalog DATABASE_HOST postgres.shop → postgres-replica.shop",
            symptom=Signal("errors", "checkout", "POST /checkout", least=0.06),
            evidence=(
                Signal("log", "catalog", "does not exist", by=5),
                Signal("errors", "catalog", "GET /prices", least=0.05),
            ),
            remedies=((config("catalog", "DATABASE_HOST", "postgres.shop"),), (rollback("catalog"),)),
            worse=((restart("checkout"),), (restart("cart"),)),
            path=(
                "traces of failed orders: checkout, cart, catalog; the error begins in the catalog",
                "logs of the catalog: a table that is not there",
                "changes of the catalog's settings",
            ),
            far=True,
        ),
        per_second=dice.between(12, 15),
    )
