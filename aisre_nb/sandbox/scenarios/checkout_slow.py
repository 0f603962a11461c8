"""The card provider answers slowly; a fallback is there behind a flag."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, flag, restart, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="checkout-slow",
    title="Checkout takes several seconds",
    question="Checkout is slow for everybody and some give up. Is it us?",
)


def plan(dice: Dice) -> Plan:
    """Nothing that the shop did."""
    minutes = dice.minutes()
    slow = When(since=minutes, ramp=4, off="cards-fallback")
    return Plan(
        onset=minutes,
        effects=(Slows("cards-provider", "*", plus=dice.strength(1.7, 1.1), share=0.8, when=slow),),
        truth=Truth(
            outcome="root_cause",
            services=("cards-provider",),
            kind="third_party",
            change="the card provider answers slowly",
            symptom=Signal("latency", "payment", "POST /charges", least=0.8),
            evidence=(Signal("latency", "checkout", "POST /checkout", by=2),),
            remedies=((flag("cards-fallback", 100),),),
            worse=(
                (restart("payment"),),
                (scale("payment", 6),),
                (config("payment", "PROVIDER_TIMEOUT_SECONDS", "1"),),
            ),
            path=(
                "latency of checkout by service: payment",
                "traces of payment: it waits for the card provider",
                "payment itself: no deployment, no load; so the provider",
                "runbook: there is a second provider behind a flag",
            ),
        ),
        per_second=dice.between(12, 15),
    )
