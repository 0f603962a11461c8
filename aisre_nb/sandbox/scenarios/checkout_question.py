"""Nothing is wrong: a healthy service is asked about, shortly after a harmless release of another one."""

from __future__ import annotations

from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Truth

SCENARIO = Scenario(
    name="checkout-question",
    title="Somebody wonders whether checkout is all right",
    question="Customers may have trouble with the checkout service. Is anything wrong with it?",
)


def plan(dice: Dice) -> Plan:
    """Nothing but what happens on any day."""
    return Plan(
        truth=Truth("no_fault", path=("golden signals of checkout and of what it calls", "what was changed lately")),
        per_second=dice.between(8, 12),
    )
