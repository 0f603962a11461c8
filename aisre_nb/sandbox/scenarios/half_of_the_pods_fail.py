"""A rollout of the catalog stands halfway; the new pods have no index to search in."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Breaks, Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Release, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="half-of-the-pods-fail",
    title="About half of all searches fail",
    question="Searches fail about half of the time: reload, and it works. What is different about those that fail?",
)


def plan(dice: Dice) -> Plan:
    """One release of the catalog whose new pods fail."""
    minutes = dice.minutes()
    version = "3.2.9"
    fresh = When(versions=(version,))
    return Plan(
        releases=(Release("catalog", "3.2.1", version, minutes),),
        onset=minutes,
        effects=(
            Breaks(
                "catalog",
                after=1,
                unsound=True,
                reason="Unhealthy",
                message="Readiness probe failed: HTTP probe failed with statuscode: 503",
                when=fresh,
            ),
            Fails(
                "catalog",
                "GET /products/search",
                raised=Raised("IndexMissing", "no search index in /var/lib/catalog/index"),
                status=503,
                share=dice.strength(0.95, 0.6),
                when=fresh,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("catalog",),
            kind="rollout",
            change=f"catalog 3.2.1 → {version}",
            symptom=Signal("errors", "catalog", "GET /products/search", least=0.1),
            evidence=(Signal("log", "catalog", "no search index", by=10),),
            remedies=((rollback("catalog"),),),
            worse=((restart("postgres"),), (restart("frontend"),)),
            path=(
                "error rate of search by pod: one fails, one does not",
                "their versions: the rollout stands halfway",
                "logs of the new pod: its index is missing",
            ),
        ),
    )
