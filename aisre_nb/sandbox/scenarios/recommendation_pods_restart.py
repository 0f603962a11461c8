"""A release of recommendation keeps every ranking for every visitor in memory, and its pods are killed for it."""

from __future__ import annotations

from aisre_nb.sandbox.code.vector_cache import CHANGE, kept
from aisre_nb.sandbox.engine.effects import Leaks
from aisre_nb.sandbox.remedies import restart, rollback, scale
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="recommendation-pods-restart",
    title="Pods of recommendation restart again and again",
    question="PodsRestarting fires for recommendation. Why do its pods restart?",
)


def plan(dice: Dice) -> Plan:
    """One release of recommendation."""
    minutes = dice.between(40, 55)
    grows = dice.strength(3600, 2600)
    return Plan(
        releases=(Release("recommendation", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        coded=(
            Coded(
                "recommendation", CHANGE.version, lambda source: kept(source, 2000), lambda held: _grows(held, grows)
            ),
        ),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("recommendation",),
            kind="code",
            change=f"recommendation {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("gauge", "recommendation", "k8s.container.restarts", by=2, least=0.8),
            evidence=(Signal("event", "recommendation", "OOMKilled"),),
            remedies=((rollback("recommendation"),),),
            worse=((scale("recommendation", 1),), (restart("user"),)),
            path=(
                "events of recommendation's pods: OOMKilled",
                "memory of each pod: it grows from the beginning of the new version until it is killed",
                "deployment of recommendation, and its diff: a cache that nothing bounds",
            ),
        ),
    )


def _grows(held: int, kib: float) -> Leaks | None:
    """A ranking and what it hangs on, for each request, where so many of two thousand are held."""
    return Leaks("recommendation", kib_per_request=kib) if held > 1000 else None
