"""Nothing is wrong: a healthy shop is asked about."""

from __future__ import annotations

from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Truth

SCENARIO = Scenario(
    name="frontend-question",
    title="Somebody wonders whether the shop is all right",
    question="A customer complained on the phone. Is the frontend all right?",
)


def plan(dice: Dice) -> Plan:
    """Nothing but what happens on any day."""
    return Plan(
        truth=Truth("no_fault", path=("golden signals of the frontend", "alerts", "what was changed lately")),
        per_second=dice.between(8, 14),
    )
