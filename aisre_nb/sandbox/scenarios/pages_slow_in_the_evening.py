"""The autoscaler of the frontend is at its maximum, which was lowered."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Arrives, Holds
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="pages-slow-in-the-evening",
    title="Pages are slow this evening",
    question="All pages are slow since traffic picked up. The autoscaler should have handled it. Why did it not?",
)


def plan(dice: Dice) -> Plan:
    """One setting, and the evening."""
    minutes = dice.between(50, 70)
    grows = dice.between(26, 34)
    return Plan(
        settings=(Setting("frontend", "autoscaling.max", "4", "3", "frontend: four pods were never needed", minutes),),
        onset=grows,
        effects=(
            Arrives("", "*", times=dice.strength(3.2, 2.8), when=When(since=grows, ramp=8)),
            Holds("frontend", "*", times=2.8),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("frontend",),
            kind="autoscaler",
            change="frontend autoscaling.max 4 → 3",
            symptom=Signal("latency", "frontend", "GET /", least=0.3),
            evidence=(
                Signal("rate", "frontend", by=1.8),
                Signal("gauge", "frontend", "process.cpu.utilization", by=1.5, least=0.7),
            ),
            remedies=((config("frontend", "autoscaling.max", "9"),), (scale("frontend", 9),)),
            worse=((restart("frontend"),), (scale("frontend", 2),)),
            path=(
                "latency by service: the frontend's own time",
                "rate of pages, and processors of the frontend: all in use",
                "the autoscaler: at its maximum, which was lowered",
            ),
        ),
        per_second=dice.between(16, 18),
    )
