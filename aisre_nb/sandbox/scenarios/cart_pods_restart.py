"""The liveness probe of cart allows so little time that healthy pods fail it."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Restarts, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="cart-pods-restart",
    title="Pods of cart are restarted again and again",
    question="Pods of cart restart all the time since the last change, and carts fail at times. Why?",
)


def plan(dice: Dice) -> Plan:
    """One probe of cart."""
    minutes = dice.minutes()
    strict = When(key="livenessProbe.timeoutSeconds", values=("1",))
    return Plan(
        settings=(Setting("cart", "livenessProbe.timeoutSeconds", "5", "1", "cart: notice dead pods sooner", minutes),),
        onset=minutes,
        effects=(
            Restarts("cart", minutes=dice.strength(2.0, 3.5), down=40.0, when=strict),
            Slows("cart", "*", plus=0.9, share=0.06, when=strict),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("cart",),
            kind="probe",
            change="cart livenessProbe.timeoutSeconds 5 → 1",
            symptom=Signal("gauge", "cart", "k8s.container.restarts", by=3, least=1.0),
            evidence=(Signal("gauge", "cart", "k8s.deployment.available", way="down", by=1.05),),
            remedies=((config("cart", "livenessProbe.timeoutSeconds", "5"),), (rollback("cart"),)),
            worse=((restart("cart"),), (restart("redis"),)),
            path=(
                "alert PodsRestarting; events of the pods: the liveness probe",
                "memory of the pods: no OOM kill; logs: no error before they end",
                "changes of cart's manifest: the probe's time limit",
            ),
        ),
    )
