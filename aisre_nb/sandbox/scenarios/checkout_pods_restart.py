"""A library in checkout's new image leaks memory for each order, until the pods are killed."""

from __future__ import annotations

from aisre_nb.sandbox.code.exporter_bump import CHANGE
from aisre_nb.sandbox.engine.effects import Leaks
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import restart, rollback, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Release, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="checkout-pods-restart",
    title="Pods of checkout restart, and orders are lost",
    question="Pods of checkout restart every few minutes and some orders fail. What is wrong with it?",
)


def plan(dice: Dice) -> Plan:
    """One release of checkout, whose source hardly changed."""
    minutes = dice.between(45, 60)
    return Plan(
        releases=(Release("checkout", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        onset=minutes,
        effects=(
            Leaks(
                "checkout",
                mib_per_minute=dice.strength(26, 18),
                kib_per_request=400,
                when=When(versions=(CHANGE.version,)),
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("checkout",),
            kind="memory",
            change=f"checkout {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("gauge", "checkout", "k8s.container.restarts", by=2, least=0.8),
            evidence=(Signal("event", "checkout", "OOMKilled"),),
            remedies=((rollback("checkout"),),),
            worse=((scale("checkout", 1),), (restart("payment"),)),
            path=(
                "events of checkout's pods: OOMKilled",
                "memory of each pod since the deployment: a saw's teeth",
                "diff of the deployment: versions of libraries alone",
            ),
        ),
    )
