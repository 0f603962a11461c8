"""Shipping keeps the carriers' rates no longer, and uses up what they allow."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Calls, Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart, rollback, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="shipping-refused-429",
    title="The carriers refuse to answer",
    question="Orders fail with shipping errors, and the carriers say that we ask too often. What changed?",
)


def plan(dice: Dice) -> Plan:
    """One setting of shipping."""
    minutes = dice.between(35, 45)
    after = dice.between(7, 9)
    off = When(service="shipping", key="RATES_CACHE_SECONDS", values=("0",), since=minutes - after)
    return Plan(
        settings=(
            Setting("shipping", "RATES_CACHE_SECONDS", "600", "0", "shipping: always the newest rates", minutes),
        ),
        onset=minutes - after,
        effects=(
            Calls(
                "carriers",
                "POST /v2/rates",
                caller="shipping",
                times=4,
                when=When(service="shipping", key="RATES_CACHE_SECONDS", values=("0",)),
            ),
            Fails(
                "carriers",
                "POST /v2/rates",
                "shipping",
                off,
                raised=Raised("QuotaExceeded", "the carriers answered 429 Too Many Requests: 5000 of 5000 this hour"),
                status=503,
                share=dice.strength(0.5, 0.2),
                seconds=0.04,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("shipping",),
            kind="quota",
            change="shipping RATES_CACHE_SECONDS 600 → 0",
            symptom=Signal("errors", "shipping", "POST /offers", least=0.1),
            evidence=(
                Signal("log", "shipping", "429 Too Many Requests", by=5),
                Signal("calls", "shipping", "POST /v2/rates", by=1.2),
            ),
            remedies=((config("shipping", "RATES_CACHE_SECONDS", "600"),), (rollback("shipping"),)),
            worse=((restart("shipping"),), (scale("shipping", 5),)),
            path=(
                "error rate of checkout, then of shipping",
                "logs of shipping: the carriers' quota is used up",
                "how often the carriers are asked for each order, before and after",
                "changes of shipping's settings",
            ),
        ),
        per_second=dice.between(11, 14),
    )
