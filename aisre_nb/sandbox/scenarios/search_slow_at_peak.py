"""A newsletter brings many who search; the catalog's processors are all in use."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Arrives, Holds
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import restart, scale
from aisre_nb.sandbox.scenario import Dice, Happening, Plan, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="search-slow-at-peak",
    title="Search gets slower and slower",
    question="Search and product pages get slower by the minute since the newsletter went out. What should we do?",
)


def plan(dice: Dice) -> Plan:
    """Traffic that grows; nothing was changed."""
    minutes = dice.between(26, 36)
    return Plan(
        happenings=(Happening("config", "frontend", "Newsletter sent to 410,000 customers", minutes + 2, "Campaign"),),
        onset=minutes - 3,
        effects=(
            Arrives("", "GET /search", times=dice.strength(25, 21), when=When(since=minutes, ramp=10)),
            Holds("catalog", "GET /products/search", times=2.5),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("catalog",),
            kind="capacity",
            change="traffic of search grew, catalog's processors are saturated",
            symptom=Signal("latency", "catalog", "GET /products/search", least=0.5),
            evidence=(
                Signal("gauge", "catalog", "process.cpu.utilization", by=2, least=0.6),
                Signal("rate", "catalog", "GET /products/search", by=3),
            ),
            remedies=((scale("catalog", 8),),),
            worse=((restart("catalog"),), (scale("catalog", 1),), (restart("postgres"),)),
            path=(
                "latency by service and operation: the catalog's search, then all of the catalog",
                "rate of search, against the days before",
                "processors of the catalog: all in use, since the rate grew",
                "no deployment of the catalog; a newsletter",
            ),
        ),
        per_second=dice.between(11, 13),
    )
