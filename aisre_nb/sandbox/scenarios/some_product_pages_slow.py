"""A report runs on the node of one of the catalog's pods and takes its processors."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Burns, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, drain, restart
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="some-product-pages-slow",
    title="Some product pages are slow, others are not",
    question="About half of the product pages are slow and we see no pattern. Can you?",
)


def plan(dice: Dice) -> Plan:
    """A job that was rescheduled from the night to now."""
    minutes = dice.between(26, 36)
    node = "node-3"
    busy = When(nodes=(node,), since=minutes, until=_ENDS)
    left = dice.strength(16, 13)
    return Plan(
        settings=(
            Setting(
                "sales-report",
                "SCHEDULE",
                "30 4 * * *",
                "*/10 * * * *",
                "sales-report: fresh numbers during the day",
                minutes,
            ),
        ),
        onset=minutes,
        effects=(
            Burns("*", share=0.85, when=busy),
            *(Slows(service, "*", times=left, when=busy) for service in _ALL),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("sales-report",),
            kind="noisy_neighbour",
            change="sales-report SCHEDULE 30 4 * * * → */10 * * * *",
            symptom=Signal("latency", "frontend", "GET /product/{sku}", by=1.3, least=0.12),
            evidence=(Signal("gauge", "", "k8s.node.cpu.utilization", by=1.5),),
            remedies=(
                (config("sales-report", "SCHEDULE", "30 4 * * *"),),
                (config("sales-report", "SUSPEND", "true"),),
                (drain(node),),
            ),
            worse=((restart("catalog"),), (restart("postgres"),)),
            path=(
                "latency by pod, not by service: one pod of each is slow",
                "what the slow pods share: their node",
                "processors of the nodes; what else runs there",
                "changes of the jobs' schedules",
            ),
        ),
    )


_ENDS = (
    {"action": "set_config", "service": "sales-report", "key": "SCHEDULE", "value": "30 4 * * *"},
    {"action": "set_config", "service": "sales-report", "key": "SUSPEND", "value": "true"},
)
_ALL = ("catalog", "user", "inventory", "cart", "frontend", "api-gateway", "recommendation")
