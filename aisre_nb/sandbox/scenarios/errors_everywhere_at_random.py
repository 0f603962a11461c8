"""The cluster's name server answers nothing from its cache any more, and fails at times."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="errors-everywhere-at-random",
    title="A few requests fail, anywhere",
    question="Errors of a few percent in services that have nothing to do with each other. What is common to them?",
)


def plan(dice: Dice) -> Plan:
    """One setting of coredns."""
    minutes = dice.minutes()
    weak = When(service="coredns", key="CACHE_SECONDS", values=("0",), since=minutes, ramp=2)
    failed = Raised("gaierror", "[Errno -3] Temporary failure in name resolution")
    share = dice.strength(0.05, 0.025)
    return Plan(
        settings=(Setting("coredns", "CACHE_SECONDS", "30", "0", "coredns: no stale answers", minutes),),
        onset=minutes,
        effects=tuple(
            Fails("*", "*", caller, weak, raised=failed, status=503, share=share, seconds=1.2, unreached=True)
            for caller in ("api-gateway", "cart", "catalog", "checkout", "payment", "user")
        ),
        truth=Truth(
            outcome="root_cause",
            services=("coredns",),
            kind="dns",
            change="coredns CACHE_SECONDS 30 → 0",
            symptom=Signal("errors", "frontend", least=0.02),
            evidence=(
                Signal("log", "cart", "Temporary failure in name resolution", by=5),
                Signal("log", "user", "Temporary failure in name resolution", by=5),
            ),
            remedies=((config("coredns", "CACHE_SECONDS", "30"),),),
            worse=((restart("cart"),), (restart("api-gateway"),)),
            path=(
                "error rate by service: many, each a little",
                "logs: the same message from services that have nothing in common",
                "what they share: name resolution; changes of its settings",
            ),
        ),
    )
