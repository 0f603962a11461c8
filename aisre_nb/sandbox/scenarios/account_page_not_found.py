"""The gateway's route for accounts leads to a path that there is not."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="account-page-not-found",
    title="Accounts are not found",
    question="Customers report that their account page is not found. Did they lose their accounts?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the gateway."""
    minutes = dice.minutes()
    return Plan(
        settings=(
            Setting(
                "api-gateway",
                "ACCOUNT_ROUTE",
                "user/users",
                "user/v2/users",
                "api-gateway: accounts by the second version",
                minutes,
            ),
        ),
        onset=minutes,
        effects=(
            Fails(
                "user",
                "GET /users/{user_id}",
                "api-gateway",
                When(service="api-gateway", key="ACCOUNT_ROUTE", values=("user/v2/users",)),
                raised=Raised("NotFound", "GET /v2/users/{user_id} is no route"),
                status=404,
                share=1.0,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("api-gateway",),
            kind="config",
            change="api-gateway ACCOUNT_ROUTE user/users → user/v2/users",
            symptom=Signal("status", "frontend", "404", by=1.8, least=0.01),
            evidence=(Signal("status", "user", "404", by=5, least=0.01),),
            remedies=((config("api-gateway", "ACCOUNT_ROUTE", "user/users"),), (rollback("api-gateway"),)),
            worse=((restart("user"),), (restart("postgres"),)),
            path=(
                "status of the pages: 404 of accounts, no 5XX",
                "traces of an account page: user answers 404 before it asks its database",
                "changes of the gateway's settings: its route",
            ),
        ),
        per_second=dice.between(11, 14),
    )
