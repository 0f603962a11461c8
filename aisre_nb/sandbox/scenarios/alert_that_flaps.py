"""Nothing is wrong: recommendation is a little slower at times, as it has been for weeks."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Slows
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Truth

SCENARIO = Scenario(
    name="alert-that-flaps",
    title="An alert comes and goes",
    question="HighLatency for recommendation fired and went several times these days. What is it now?",
)


def plan(dice: Dice) -> Plan:
    """A service that is slow at times."""
    return Plan(
        effects=(Slows("recommendation", "GET /recommendations/{sku}", times=1.5, share=0.3),),
        truth=Truth(
            "no_fault",
            path=(
                "history of the alert: it flaps",
                "latency of recommendation over hours: no change",
                "nobody waits for it",
            ),
        ),
    )
