"""The gateway tries so often that the load of its own attempts keeps the catalog down."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Holds, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart
from aisre_nb.sandbox.scenario import Dice, Happening, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="pages-fail-after-a-hiccup",
    title="Pages fail long after the hiccup that began it",
    question="The database hiccuped for two minutes, and half an hour later pages still fail. Why does it not recover?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the gateway, and a hiccup of the database."""
    minutes = dice.between(40, 55)
    hiccup = dice.between(22, 28)
    return Plan(
        settings=(Setting("api-gateway", "RETRIES", "1", "6", "api-gateway: be patient with others", minutes),),
        happenings=(Happening("k8s_event", "postgres", "Volume pgdata-0: latency above 200 ms", hiccup, "VolumeSlow"),),
        first={"api-gateway": {"UPSTREAM_TIMEOUT_MS": "900", "SEARCH_TIMEOUT_MS": "900"}},
        onset=hiccup,
        effects=(
            Slows("postgres", "*", times=90, when=When(since=hiccup, lasting=3)),
            Holds("catalog", "*", times=5.4),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("api-gateway",),
            kind="retry_storm",
            change="api-gateway RETRIES 1 → 6",
            symptom=Signal("errors", "frontend", least=0.05),
            evidence=(
                Signal("rate", "catalog", by=1.6),
                Signal("gauge", "catalog", "process.cpu.utilization", by=1.15, least=0.85),
            ),
            remedies=((config("api-gateway", "RETRIES", "0"),),),
            worse=((restart("postgres"),), (restart("frontend"),)),
            path=(
                "error rate and rate of the catalog: it is asked several times as often as pages are",
                "traces: the same call again and again from the gateway",
                "the hiccup of the database is over; what holds on is the load",
                "changes of the gateway's settings: its attempts",
            ),
        ),
        per_second=dice.between(10.2, 10.8),
    )
