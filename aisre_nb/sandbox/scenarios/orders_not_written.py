"""The database was told to log every statement, and its volume is full."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails, Fills
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="orders-not-written",
    title="Orders cannot be written",
    question="No order goes through any more, while pages can be read. What happened to the database?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the database."""
    minutes = dice.between(34, 44)
    full = When(service="postgres", key="LOG_STATEMENT", values=("all",), since=minutes - dice.between(11, 13))
    return Plan(
        settings=(
            Setting(
                "postgres",
                "LOG_STATEMENT",
                "none",
                "all",
                "postgres: log statements while we look for slow ones",
                minutes,
            ),
        ),
        onset=minutes - 12,
        effects=(
            Fills(
                "postgres",
                per_minute=dice.strength(0.016, 0.014),
                when=When(service="postgres", key="LOG_STATEMENT", values=("all",)),
            ),
            Fails(
                "postgres",
                "UPDATE*",
                when=full,
                raised=Raised("DiskFull", "could not extend file: No space left on device"),
                status=500,
                seconds=0.05,
            ),
            Fails(
                "postgres",
                "INSERT*",
                when=full,
                raised=Raised("DiskFull", "could not extend file: No space left on device"),
                status=500,
                seconds=0.05,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("postgres",),
            kind="disk",
            change="postgres LOG_STATEMENT none → all",
            symptom=Signal("errors", "inventory", "POST /reservations", least=0.3),
            evidence=(
                Signal("gauge", "postgres", "system.filesystem.utilization", by=1.1, least=0.9),
                Signal("log", "inventory", "No space left on device", by=5),
            ),
            remedies=((config("postgres", "LOG_STATEMENT", "none"),),),
            worse=((restart("postgres"),), (restart("checkout"),), (scale("inventory", 5),)),
            path=(
                "alerts: HighErrorRate of checkout and inventory, DiskFull of postgres",
                "traces of failed orders: writes fail, reads do not",
                "volume of postgres: full, and since when it fills",
                "changes of the database's settings",
            ),
        ),
        per_second=dice.between(12, 15),
    )
