"""The network between two zones loses packets."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import drain, restart
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="calls-between-zones-fail",
    title="Calls time out for some pods",
    question="Some calls between services take seconds or time out, and others never do. What tells them apart?",
)


def plan(dice: Dice) -> Plan:
    """Nothing that anybody did."""
    minutes = dice.minutes()
    zones = ("zone-a", "zone-b")
    lossy = When(since=minutes)
    return Plan(
        onset=minutes,
        effects=(
            Slows("*", "*", plus=1.1, share=dice.strength(0.16, 0.09), across=zones, when=lossy),
            Fails(
                "*",
                "*",
                raised=Raised("TimeoutError", "timed out"),
                status=504,
                share=dice.strength(0.05, 0.03),
                seconds=3.0,
                unreached=True,
                across=zones,
                when=lossy,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=(),
            kind="network",
            change="packets are lost between zone-a and zone-b",
            symptom=Signal("errors", "frontend", least=0.01),
            evidence=(Signal("latency", "api-gateway", by=2),),
            remedies=((drain("node-2"), drain("node-5")),),
            worse=((restart("catalog"),), (restart("postgres"),)),
            path=(
                "errors by service: all a little; by pod: some never",
                "the pairs of pods that fail: always one in each of two zones",
                "no change of anything in these zones: the network",
            ),
        ),
    )
