"""Nothing is wrong: a load test that was announced."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Arrives
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.scenario import Dice, Happening, Plan, Scenario, Truth

SCENARIO = Scenario(
    name="traffic-doubled",
    title="Traffic has doubled",
    question="Traffic doubled half an hour ago. Is that an attack, and do we have a problem?",
)


def plan(dice: Dice) -> Plan:
    """A load test."""
    minutes = dice.between(25, 35)
    return Plan(
        happenings=(
            Happening(
                "config", "frontend", "Load test: twice the traffic until further notice", minutes + 1, "LoadTest"
            ),
        ),
        effects=(Arrives("", "*", times=dice.between(1.9, 2.2), when=When(since=minutes, ramp=3)),),
        truth=Truth(
            "no_fault",
            path=(
                "rate by page: all grew alike",
                "errors and latency: as before",
                "changes: a load test was announced",
            ),
        ),
    )
