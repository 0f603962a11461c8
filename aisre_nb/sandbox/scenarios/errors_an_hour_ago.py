"""Nothing is wrong any more: the card provider failed for some minutes and recovered before anybody asked."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Truth

SCENARIO = Scenario(
    name="errors-an-hour-ago",
    title="There were errors an hour ago",
    question="Is checkout healthy right now? There was something about an hour ago.",
)


def plan(dice: Dice) -> Plan:
    """A fault that healed by itself."""
    minutes = dice.between(62, 85)
    return Plan(
        effects=(
            Fails(
                "cards-provider",
                "*",
                "payment",
                When(since=minutes, lasting=dice.between(6, 10)),
                raised=Raised("ProviderUnavailable", "the card provider answered 503 Service Unavailable"),
                status=503,
                share=0.7,
                seconds=0.3,
            ),
        ),
        truth=Truth(
            "no_fault",
            path=(
                "error rate of checkout: high for some minutes an hour ago, as before since then",
                "it was the card provider",
                "alerts: resolved",
            ),
        ),
        per_second=dice.between(11, 14),
    )
