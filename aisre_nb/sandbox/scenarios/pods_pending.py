"""A node is lost; what ran on it finds no room, while a spare node is cordoned."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails, Holds
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import drain, restart, uncordon
from aisre_nb.sandbox.scenario import Dice, Happening, Plan, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="pods-pending",
    title="Pods stay pending, and pages are slow",
    question="A node is gone and some pods do not come back. What can we do about the slow pages?",
)


def plan(dice: Dice) -> Plan:
    """A node is lost."""
    minutes = dice.between(22, 32)
    gone = When(nodes=("node-3",), since=minutes, lasting=0.7)
    return Plan(
        happenings=(
            Happening("k8s_event", "", "Node node-3 does not answer", minutes - 0.7, "NodeNotReady", node="node-3"),
        ),
        onset=minutes,
        effects=(
            Fails(
                "*", "*", when=gone, raised=Raised("TimeoutError", "timed out"), status=504, seconds=3.0, unreached=True
            ),
            Holds("*", "*", times=dice.strength(2.3, 2.0)),
        ),
        node_cpu=1990,
        truth=Truth(
            outcome="root_cause",
            services=(),
            kind="node",
            change="node-3 is lost",
            symptom=Signal("gauge", "", "k8s.deployment.unavailable", by=2, least=0.9),
            evidence=(Signal("gauge", "", "k8s.deployment.unavailable", by=2, least=0.9),),
            remedies=((uncordon("node-6"),),),
            worse=((restart("frontend"),), (drain("node-4"),)),
            path=(
                "events: a node that is not ready, pods that were evicted from it",
                "pods that are pending: no node has room",
                "nodes: one that is healthy, empty and cordoned",
            ),
        ),
        per_second=dice.between(14, 16),
    )
