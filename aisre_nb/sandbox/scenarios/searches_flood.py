"""One client harvests the catalogue through search."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Arrives, Holds
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="searches-flood",
    title="Search is flooded",
    question="Traffic tripled within minutes and search is slow. Are these customers?",
)


def plan(dice: Dice) -> Plan:
    """A bot; the gateway can limit clients, and does not."""
    minutes = dice.between(24, 34)
    limited = ({"action": "set_config", "service": "api-gateway", "key": "CLIENT_REQUESTS_PER_MINUTE"},)
    bot = When(since=minutes, until=limited)
    return Plan(
        onset=minutes,
        effects=(
            Arrives(
                "",
                "GET /search",
                times=dice.strength(28, 25),
                facts=(("bot", 1), ("platform", 0), ("region", 2)),
                when=bot,
            ),
            Holds("catalog", "GET /products/search", times=1.6),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("api-gateway",),
            kind="traffic",
            change="one client floods search",
            symptom=Signal("rate", "frontend", "GET /search", by=4),
            evidence=(
                Signal("gauge", "catalog", "process.cpu.utilization", by=1.8),
                Signal("latency", "catalog", "GET /products/search", by=1.25),
            ),
            remedies=((config("api-gateway", "CLIENT_REQUESTS_PER_MINUTE", "60"),),),
            worse=((restart("catalog"),), (restart("frontend"),)),
            path=(
                "rate by page: search alone",
                "traces of searches: one user agent, one region, one platform",
                "the gateway's limit of requests for each client: off",
            ),
        ),
    )
