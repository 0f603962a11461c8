"""The question blames the frontend, whose deployment is innocent; the cause is the pool of inventory, that product
pages and orders need. Alerts of inventory itself begin as early as those of the frontend, or earlier.
"""

from __future__ import annotations

from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Release, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="pages-slow-far-away",
    title="Pages are slow, and the frontend is blamed",
    question="PagesSlow fires for the frontend. What did its last deployment do?",
)


def plan(dice: Dice) -> Plan:
    """One setting of inventory, and an innocent release of the frontend."""
    minutes = dice.minutes()
    return Plan(
        releases=(Release("frontend", "2.14.0", "2.14.1", minutes + dice.between(3, 8)),),
        settings=(Setting("inventory", "DB_POOL_SIZE", "8", "1", "inventory: the pool's size by the book", minutes),),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("inventory",),
            kind="config",
            change="inventory DB_POOL_SIZE 8 → 1",
            symptom=Signal("latency", "inventory", least=0.4),
            evidence=(
                Signal("latency", "frontend", "GET /product/{sku}", by=2),
                Signal("gauge", "inventory", "db.client.connection.pending_requests", by=3, least=1),
            ),
            remedies=((config("inventory", "DB_POOL_SIZE", "8"),), (rollback("inventory"),)),
            worse=((rollback("frontend"),), (restart("frontend"),)),
            path=(
                "latency by page: product pages and carts",
                "traces: frontend, gateway, inventory; time passes before inventory asks its database",
                "connections of inventory's pool",
                "changes of inventory's settings",
            ),
        ),
        per_second=dice.between(24, 27) if not dice.hard else dice.between(21, 23),
    )
