"""The cache was given too little memory; what it evicts is asked of the database."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Calls, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="database-load-jumps",
    title="The database is asked three times as often",
    question="The load of the database has jumped, and pages are slower. Who asks so much?",
)


def plan(dice: Dice) -> Plan:
    """One setting of redis."""
    minutes = dice.minutes()
    after = "48" if not dice.hard else "80"
    missing = When(service="redis", key="MAXMEMORY_MB", values=(after,), since=minutes, ramp=3)
    return Plan(
        settings=(Setting("redis", "MAXMEMORY_MB", "512", after, "redis: memory as on the other cluster", minutes),),
        onset=minutes,
        effects=(
            Calls("postgres", "SELECT*", caller="catalog", chance=dice.strength(0.82, 0.62), when=missing),
            Slows("postgres", "*", times=dice.strength(3.4, 2.4), when=missing),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("redis",),
            kind="cache",
            change=f"redis MAXMEMORY_MB 512 → {after}",
            symptom=Signal("calls", "catalog", "SELECT product", by=1.6),
            evidence=(
                Signal("gauge", "redis", "redis.keyspace.hit_ratio", way="down", by=1.2),
                Signal("latency", "catalog", by=1.2),
            ),
            remedies=((config("redis", "MAXMEMORY_MB", "512"),),),
            worse=((restart("redis"),), (restart("catalog"),)),
            path=(
                "queries for each request of the catalog: several times as many",
                "hit rate of the cache: it fell at once",
                "changes of the cache's settings",
            ),
        ),
        per_second=dice.between(14, 17),
    )
