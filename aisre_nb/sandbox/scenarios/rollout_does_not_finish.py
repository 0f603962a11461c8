"""The image of the new version cannot be pulled, and an old pod was taken away for it."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Breaks, Holds
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Release, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="rollout-does-not-finish",
    title="The rollout of user does not finish",
    question="The rollout of user makes no progress and logins got slow. What is wrong with the new version?",
)


def plan(dice: Dice) -> Plan:
    """One release of user that does not come up."""
    minutes = dice.minutes()
    version = "2.2.0"
    return Plan(
        releases=(Release("user", "2.0.6", version, minutes),),
        onset=minutes,
        effects=(
            Breaks(
                "user",
                reason="ImagePullBackOff",
                message=f'Back-off pulling image "registry.shop.example/user:{version}": not found',
                lost=1,
                when=When(versions=(version,)),
            ),
            Holds("user", "*", times=dice.strength(9, 8)),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("user",),
            kind="image",
            change=f"user 2.0.6 → {version}",
            symptom=Signal("gauge", "user", "k8s.deployment.available", way="down", by=1.5),
            evidence=(Signal("gauge", "user", "process.cpu.utilization", by=1.3),),
            remedies=((rollback("user"),),),
            worse=((restart("user"),), (restart("redis"),)),
            path=(
                "alert RolloutStuck; pods of user: one waits",
                "events of that pod: its image is not there",
                "one pod of the old version serves alone, and is busy",
            ),
        ),
        per_second=dice.between(13, 16),
    )
