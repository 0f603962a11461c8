"""inventory opens so many connections that the database has none left for others."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart, rollback, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="many-services-503",
    title="Several services cannot reach the database",
    question="Accounts, orders and products fail at times, all at once. What do they share?",
)


def plan(dice: Dice) -> Plan:
    """One setting of inventory."""
    minutes = dice.minutes()
    many = When(service="inventory", key="DB_POOL_SIZE", values=("60",))
    refused = Raised("OperationalError", "FATAL: sorry, too many clients already")
    share = dice.strength(0.3, 0.14)
    return Plan(
        settings=(
            Setting("inventory", "DB_POOL_SIZE", "8", "60", "inventory: more connections for the sale", minutes),
        ),
        onset=minutes,
        effects=tuple(
            Fails("postgres", "*", caller, many, raised=refused, status=503, share=share, seconds=0.02, unreached=True)
            for caller in ("catalog", "user", "checkout")
        ),
        truth=Truth(
            outcome="root_cause",
            services=("inventory", "postgres"),
            kind="connections",
            change="inventory DB_POOL_SIZE 8 → 60",
            symptom=Signal("errors", "user", "GET /users/{user_id}", least=0.05),
            evidence=(
                Signal("log", "catalog", "too many clients already", by=10),
                Signal("gauge", "postgres", "postgresql.backends", by=1.4),
            ),
            remedies=((config("inventory", "DB_POOL_SIZE", "8"),), (rollback("inventory"),)),
            worse=((scale("inventory", 4),), (restart("user"),), (restart("postgres"),)),
            path=(
                "which services fail, and what they have in common: the database",
                "logs: too many clients; connections of the database against its limit",
                "connections by service: inventory's grew",
                "changes of inventory's settings",
            ),
        ),
        per_second=dice.between(11, 14),
    )
