"""A migration of the catalog's release dropped an index; rolling the catalog back does not bring it back."""

from __future__ import annotations

from aisre_nb.sandbox.code.drop_index import CHANGE
from aisre_nb.sandbox.engine.effects import Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Release, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="search-slow-after-release",
    title="Search is slow since the catalog's release",
    question="Search takes seconds since the release of the catalog. We rolled nothing back yet. Should we?",
)


def plan(dice: Dice) -> Plan:
    """One release of the catalog with a migration."""
    minutes = dice.minutes()
    dropped = When(service="postgres", key="SCHEMA_VERSION", values=("42",), since=minutes)
    return Plan(
        releases=(Release("catalog", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        settings=(
            Setting("postgres", "SCHEMA_VERSION", "41", "42", "migrate the catalog's schema to 42", minutes - 0.3),
        ),
        onset=minutes,
        effects=(Slows("postgres", "SELECT products", plus=dice.strength(0.9, 0.45), caller="catalog", when=dropped),),
        truth=Truth(
            outcome="root_cause",
            services=("catalog", "postgres"),
            kind="migration",
            change="migration 42 dropped an index",
            symptom=Signal("latency", "catalog", "GET /products/search", least=0.4),
            evidence=(Signal("latency", "frontend", "GET /search", by=2),),
            remedies=((config("postgres", "SCHEMA_VERSION", "41"),),),
            worse=((rollback("catalog"),), (restart("catalog"),)),
            path=(
                "latency by operation: search and listings",
                "traces: one statement takes the time",
                "deployment of the catalog: its diff holds a migration that drops the index",
            ),
        ),
    )
