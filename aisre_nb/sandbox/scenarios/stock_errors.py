"""The password of the database was rotated; pods that began before it still use the old one."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import restart
from aisre_nb.sandbox.scenario import Dice, Happening, Plan, Scenario, Secret, Signal, Truth

SCENARIO = Scenario(
    name="stock-errors",
    title="Stock cannot be read for some products",
    question="inventory answers more and more errors. Nothing of it was deployed. What changed?",
)


def plan(dice: Dice) -> Plan:
    """A secret that is rotated."""
    minutes = dice.between(28, 42)
    return Plan(
        secrets=(Secret("inventory-database", minutes, cause="scheduled rotation"),),
        happenings=(Happening("config", "inventory", "Secret inventory-database rotated", minutes, "Rotated"),),
        onset=minutes - 2,
        effects=(
            Fails(
                "postgres",
                "*",
                "inventory",
                When(service="inventory", older=minutes, since=minutes, ramp=12),
                raised=Raised("OperationalError", 'FATAL: password authentication failed for user "inventory"'),
                status=503,
                share=dice.strength(0.55, 0.25),
                seconds=0.03,
                unreached=True,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("inventory",),
            kind="secret",
            change="secret inventory-database rotated, pods not restarted",
            symptom=Signal("errors", "inventory", least=0.1),
            evidence=(Signal("log", "inventory", "password authentication failed", by=10),),
            remedies=((restart("inventory"),),),
            worse=((restart("postgres"),), (restart("catalog"),)),
            path=(
                "error rate of inventory: it grows over some minutes, as connections are made anew",
                "logs of inventory: authentication fails",
                "when its secret was rotated, and when its pods began",
            ),
        ),
    )
