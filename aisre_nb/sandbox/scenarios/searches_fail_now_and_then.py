"""The alert is of the frontend, whose release touched the search page; the cause is two calls away: the catalog builds
its index anew each minute, and most searches fail while it does. They are too few of its requests for its own alert.
"""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Release, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="searches-fail-now-and-then",
    title="Searches fail now and then, and the frontend is blamed",
    question="PageErrors fires for the frontend, whose last release touched the search page. What did it break?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the catalog, and an innocent release of the frontend."""
    minutes = dice.minutes()
    often = "every minute"
    building = When(service="catalog", key="REINDEX", values=(often,), since=minutes, lasting=0.25, every=1)
    return Plan(
        releases=(Release("frontend", "2.14.0", "2.14.1", minutes + dice.between(3, 8)),),
        settings=(Setting("catalog", "REINDEX", "nightly", often, "catalog: new products are found at once", minutes),),
        onset=minutes,
        effects=(
            Fails(
                "catalog",
                "GET /products/search",
                when=building,
                raised=Raised("IndexNotReady", "the index of words is being built"),
                # 500: the gateway does not try again. One search in six: more than 1 % of all pages, less than 3 % of
                # what the catalog answers.
                share=dice.strength(0.74, 0.7),
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("catalog",),
            kind="config",
            change=f"catalog REINDEX nightly → {often}",
            symptom=Signal("errors", "frontend", "GET /search", least=0.1),
            evidence=(
                Signal("errors", "catalog", "GET /products/search", least=0.1),
                Signal("log", "catalog", "index of words is being built", by=10),
            ),
            remedies=((config("catalog", "REINDEX", "nightly"),), (rollback("catalog"),)),
            worse=((rollback("frontend"),), (restart("catalog"),)),
            path=(
                "error rate by page: only searches, for a quarter of each minute",
                "traces of failed searches: frontend, gateway, catalog; the error begins in the catalog",
                "logs of the catalog: its index is being built",
                "changes of the catalog's settings",
            ),
            far=True,
        ),
        # Fewer would let chance decide which threshold is crossed.
        per_second=dice.between(22, 26),
    )
