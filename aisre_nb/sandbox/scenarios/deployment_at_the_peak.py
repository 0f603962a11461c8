"""Nothing is wrong: a harmless release of the catalog while traffic grows."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Arrives
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.scenario import Dice, Plan, Release, Scenario, Truth

SCENARIO = Scenario(
    name="deployment-at-the-peak",
    title="Errors since the last deployment, somebody says",
    question="We deployed catalog at the peak and traffic jumped. Did the deployment break anything?",
)


def plan(dice: Dice) -> Plan:
    """One harmless release, and a peak."""
    minutes = dice.minutes()
    return Plan(
        releases=(Release("catalog", "3.2.1", "3.2.2", minutes),),
        effects=(Arrives("", "*", times=dice.between(1.5, 1.8), when=When(since=minutes + 2, ramp=14)),),
        truth=Truth(
            "no_fault",
            path=(
                "golden signals of the catalog: rate grew, errors and latency did not",
                "diff of the deployment: harmless",
            ),
        ),
    )
