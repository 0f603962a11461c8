"""A flag was turned on for everybody: the home page asks recommendation for each visitor, which has no power for it."""

from __future__ import annotations

from aisre_nb.sandbox.remedies import flag, restart
from aisre_nb.sandbox.scenario import Dice, FlagChange, Plan, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="home-page-slow",
    title="The home page is slow",
    question="The home page takes seconds. Nothing was deployed to it, as far as we know. Why?",
)


def plan(dice: Dice) -> Plan:
    """One flag."""
    minutes = dice.minutes()
    on = 100.0 if not dice.hard else 70.0
    return Plan(
        flags=(FlagChange("personal-home", 5.0, on, minutes),),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("recommendation",),
            kind="flag",
            change=f"flag personal-home 5 % → {on:g} %",
            symptom=Signal("latency", "frontend", "GET /", least=0.3),
            evidence=(
                Signal("rate", "recommendation", by=1.5),
                Signal("gauge", "recommendation", "process.cpu.utilization", by=2),
            ),
            remedies=((flag("personal-home", 5),), (flag("personal-home", 0),)),
            worse=((restart("frontend"),), (restart("recommendation"),)),
            path=(
                "latency by page: the home page, then whatever asks recommendation",
                "rate of recommendation: an operation that was rare",
                "processors of recommendation: all in use",
                "flags that were turned",
            ),
        ),
        per_second=dice.between(17, 20),
    )
