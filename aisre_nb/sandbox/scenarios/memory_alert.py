"""Nothing is wrong: a pod has used as much of its memory for days."""

from __future__ import annotations

from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Truth

SCENARIO = Scenario(
    name="memory-alert",
    title="An alert says that memory is nearly full",
    question="MemoryNearLimit fires. Do we have to do something about it?",
)


def plan(dice: Dice) -> Plan:
    """Nothing but what happens on any day."""
    return Plan(
        truth=Truth(
            "no_fault",
            path=(
                "memory of the pod over days: a level, no growth",
                "its restarts: none",
                "golden signals of its service",
            ),
        ),
        per_second=dice.between(8, 12),
    )
