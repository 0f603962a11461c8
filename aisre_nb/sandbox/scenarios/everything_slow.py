"""The database's volume has used up its burst credits, and each statement takes long."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import restart, scale
from aisre_nb.sandbox.scenario import Dice, Happening, Plan, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="everything-slow",
    title="Everything is slow",
    question="Every page is slow and nothing was deployed. Where do we begin?",
)


def plan(dice: Dice) -> Plan:
    """Nothing that anybody did."""
    minutes = dice.minutes()
    slow = When(since=minutes, ramp=3, until=(restart("postgres"),))
    return Plan(
        happenings=(
            Happening("k8s_event", "postgres", "Volume pgdata-0: burst balance is 0 %", minutes, "VolumeThrottled"),
        ),
        onset=minutes,
        effects=(Slows("postgres", "*", times=dice.strength(22, 11), when=slow),),
        truth=Truth(
            outcome="root_cause",
            services=("postgres",),
            kind="dependency",
            change="volume of postgres throttled",
            symptom=Signal("latency", "catalog", least=0.1),
            evidence=(Signal("latency", "inventory", by=3), Signal("latency", "user", "GET /users/{user_id}", by=2)),
            remedies=((restart("postgres"),),),
            worse=((restart("catalog"),), (scale("frontend", 6),)),
            path=(
                "latency by service: all who ask the database",
                "traces: its statements take the time, of every kind and from every caller",
                "events of the database's volume",
            ),
        ),
    )
