"""The catalog's pool of connections to the database was made too small."""

from __future__ import annotations

from aisre_nb.sandbox.remedies import config, restart, rollback, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="product-pages-slow-and-failing",
    title="Product pages are slow, and some fail",
    question="Product pages and the cart are slow and sometimes fail. Where does the time go?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the catalog."""
    minutes = dice.minutes()
    return Plan(
        settings=(
            Setting("catalog", "DB_POOL_SIZE", "8", "1", "catalog: fewer connections, the database has few", minutes),
        ),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("catalog",),
            kind="config",
            change="catalog DB_POOL_SIZE 8 → 1",
            symptom=Signal("latency", "catalog", least=0.5),
            evidence=(
                Signal("gauge", "catalog", "db.client.connection.pending_requests", by=3, least=1),
                Signal("latency", "frontend", by=2),
            ),
            remedies=((config("catalog", "DB_POOL_SIZE", "8"),), (rollback("catalog"),)),
            worse=((restart("postgres"),), (scale("catalog", 1),)),
            path=(
                "latency by service: the catalog, and all who wait for it",
                "traces of the catalog: time passes before the database is asked, whose answers are fast",
                "connections of the catalog's pool: all in use, requests wait for one",
                "changes of the catalog's settings",
            ),
        ),
        per_second=dice.between(26, 30) if not dice.hard else dice.between(22, 25),
    )
