"""The host of the database was changed for the user service, to one that does not exist."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="account-page-errors",
    title="The account page answers errors",
    question="Customers cannot open their account. Can you find out why?",
)


def plan(dice: Dice) -> Plan:
    """One setting of user."""
    minutes = dice.minutes()
    wrong = When(service="user", key="DATABASE_HOST", values=("postgres-users.shop",))
    return Plan(
        settings=(
            Setting(
                "user",
                "DATABASE_HOST",
                "postgres.shop",
                "postgres-users.shop",
                "user: read accounts from the database of users",
                minutes,
            ),
        ),
        onset=minutes,
        effects=(
            Fails(
                "postgres",
                "*",
                "user",
                wrong,
                raised=Raised("gaierror", "[Errno -2] Name or service not known: postgres-users.shop"),
                status=503,
                share=1.0 if not dice.hard else 0.6,
                seconds=0.02,
                unreached=True,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("user",),
            kind="config",
            change="user DATABASE_HOST postgres.shop → postgres-users.shop",
            symptom=Signal("errors", "user", "GET /users/{user_id}", least=0.2),
            evidence=(
                Signal("log", "user", "Name or service not known", by=10),
                Signal("errors", "frontend", "GET /account", least=0.2),
            ),
            remedies=((config("user", "DATABASE_HOST", "postgres.shop"),), (rollback("user"),)),
            worse=((restart("user"),), (restart("postgres"),)),
            path=(
                "error rate by page: accounts and logins",
                "logs of user: a host that cannot be resolved",
                "changes of user's settings: the host of its database",
            ),
        ),
    )
