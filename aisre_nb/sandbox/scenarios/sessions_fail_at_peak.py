"""A release of user sweeps old sessions while others are added: a race that load makes likely."""

from __future__ import annotations

from aisre_nb.sandbox.code.session_sweep import CHANGE, verify_while_others_log_in
from aisre_nb.sandbox.engine.effects import Arrives, Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import restart, rollback
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="sessions-fail-at-peak",
    title="Logged-in customers see errors when it is busy",
    question="Some customers are thrown out with errors, more of them the busier it is. What is behind it?",
)


def plan(dice: Dice) -> Plan:
    """One release of user, shortly before the day's peak."""
    minutes = dice.minutes()
    share = dice.strength(0.16, 0.08)
    return Plan(
        releases=(Release("user", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        coded=(
            Coded(
                "user",
                CHANGE.version,
                verify_while_others_log_in,
                lambda raised: Fails("user", "POST /sessions/verify", raised=raised, share=share, load_at=3.0),
            ),
        ),
        effects=(Arrives("", "*", times=dice.between(1.4, 1.8), when=When(since=minutes - 4, ramp=10)),),
        truth=Truth(
            outcome="root_cause",
            services=("user",),
            kind="code",
            change=f"user {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("errors", "user", "POST /sessions/verify", least=0.03),
            evidence=(Signal("log", "user", "RuntimeError", by=10), Signal("errors", "frontend", least=0.01)),
            remedies=((rollback("user"),),),
            worse=((restart("user"),), (restart("redis"),)),
            path=(
                "error rate of user by operation, against its load",
                "stack trace: a dictionary that changed while it was gone through",
                "deployment of user, and its diff",
            ),
        ),
    )
