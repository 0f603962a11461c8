"""Nothing is wrong: a planned job reads for ten minutes, as it does each day."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.scenario import Dice, Happening, Plan, Scenario, Truth

SCENARIO = Scenario(
    name="database-busy-for-minutes",
    title="The database was busy for a few minutes",
    question="The load of the database was higher for a while. Is something wrong with it?",
)


def plan(dice: Dice) -> Plan:
    """A planned job."""
    minutes = dice.between(16, 22)
    return Plan(
        happenings=(
            Happening(
                "k8s_event", "sales-report", "Job sales-report-daily started as scheduled", minutes, "SuccessfulCreate"
            ),
        ),
        effects=(Slows("postgres", "SELECT*", times=1.25, when=When(since=minutes, lasting=10)),),
        truth=Truth(
            "no_fault",
            path=(
                "latency of the database: a little higher for ten minutes",
                "jobs: one that is planned",
                "no service was slower for its customers",
            ),
        ),
    )
