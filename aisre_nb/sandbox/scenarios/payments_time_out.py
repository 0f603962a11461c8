"""The processors that payment may use were cut to a fraction."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Holds
from aisre_nb.sandbox.remedies import config, flag, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="payments-time-out",
    title="Payments take long and time out",
    question="Orders take long and some fail while paying. Is it the card provider?",
)


def plan(dice: Dice) -> Plan:
    """One resource limit of payment."""
    minutes = dice.minutes()
    after = "40m" if not dice.hard else "45m"
    return Plan(
        settings=(
            Setting(
                "payment", "resources.cpu", "200m", after, "payment: what it really uses, says the report", minutes
            ),
        ),
        onset=minutes,
        effects=(Holds("payment", "POST /charges", times=8),),
        truth=Truth(
            outcome="root_cause",
            services=("payment",),
            kind="config",
            change=f"payment resources.cpu 200m → {after}",
            symptom=Signal("latency", "payment", "POST /charges", least=0.6),
            evidence=(
                Signal("gauge", "payment", "process.cpu.utilization", by=3, least=0.4),
                Signal("latency", "checkout", "POST /checkout", by=1.5),
            ),
            remedies=((config("payment", "resources.cpu", "200m"),), (rollback("payment"),)),
            worse=((restart("payment"),), (flag("cards-fallback", 100),)),
            path=(
                "latency of checkout by service: payment's own time, not the provider's",
                "processors of payment: in use up to a limit that was lowered",
                "changes of payment's manifest",
            ),
        ),
        per_second=dice.between(17, 20),
    )
