"""The gateway waits far too short for the catalog's search."""

from __future__ import annotations

from aisre_nb.sandbox.remedies import config, restart, rollback, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="search-errors",
    title="Search answers errors",
    question="Search fails for many customers since about half an hour ago. What is the cause?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the gateway."""
    minutes = dice.minutes()
    after = "40" if not dice.hard else "60"
    return Plan(
        settings=(Setting("api-gateway", "SEARCH_TIMEOUT_MS", "4000", after, "api-gateway: fail fast", minutes),),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("api-gateway",),
            kind="config",
            change=f"api-gateway SEARCH_TIMEOUT_MS 4000 → {after}",
            symptom=Signal("errors", "api-gateway", "GET /api/search", least=0.1),
            evidence=(Signal("log", "api-gateway", "did not answer GET /products/search within", by=10),),
            remedies=((config("api-gateway", "SEARCH_TIMEOUT_MS", "4000"),), (rollback("api-gateway"),)),
            worse=((restart("catalog"),), (scale("catalog", 4),)),
            path=(
                "error rate by page: search alone",
                "traces of failed searches: the gateway gives up while the catalog still works, as fast as ever",
                "changes of the gateway's settings: its time limit",
            ),
        ),
    )
