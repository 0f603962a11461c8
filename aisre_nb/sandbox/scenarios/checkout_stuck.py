"""A job that counts stock holds a lock on the table, and was scheduled for every six minutes."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="checkout-stuck",
    title="Orders hang for seconds at regular times",
    question="Every few minutes orders hang, then it is fine again. What is behind that?",
)


def plan(dice: Dice) -> Plan:
    """The schedule of a job."""
    minutes = dice.between(34, 44)
    locked = When(
        service="stock-recount",
        key="SCHEDULE",
        values=("*/6 * * * *",),
        since=minutes,
        lasting=dice.between(2.6, 3.2),
        every=6,
        until=({"action": "set_config", "service": "stock-recount", "key": "SUSPEND", "value": "true"},),
    )
    return Plan(
        settings=(
            Setting(
                "stock-recount", "SCHEDULE", "15 2 * * *", "*/6 * * * *", "stock-recount: count while we sell", minutes
            ),
        ),
        onset=minutes,
        effects=(
            Slows("postgres", "UPDATE stock", plus=dice.strength(2.4, 1.2), when=locked),
            Slows("postgres", "SELECT stock", plus=0.15, share=0.5, when=locked),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("stock-recount", "postgres"),
            kind="lock",
            change="stock-recount SCHEDULE 15 2 * * * → */6 * * * *",
            symptom=Signal("latency", "inventory", "POST /reservations", by=2, least=0.2),
            evidence=(Signal("latency", "checkout", "POST /checkout", by=1.5),),
            remedies=(
                (config("stock-recount", "SCHEDULE", "15 2 * * *"),),
                (config("stock-recount", "SUSPEND", "true"),),
            ),
            worse=((restart("inventory"),), (scale("checkout", 5),), (restart("postgres"),)),
            path=(
                "latency of orders over time: it comes and goes every six minutes",
                "traces of slow orders: updates of stock wait",
                "what runs every six minutes: a job, whose schedule was changed",
            ),
        ),
        per_second=dice.between(12, 15),
    )
