"""Two faults: the gateway waits too short for search, and a release of the mailer swallows its errors."""

from __future__ import annotations

from aisre_nb.sandbox.code.quiet_mailer import CHANGE, sent
from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Setting, Signal, Truth
from aisre_nb.sandbox.scenarios.orders_without_mails import quiet

SCENARIO = Scenario(
    name="search-and-mails",
    title="Search is slow, and mails are missing",
    question="Search got slow, and support says that mails are missing. Is that one problem or two?",
)


def plan(dice: Dice) -> Plan:
    """One setting of the gateway and one release of email."""
    minutes = dice.between(34, 46)
    return Plan(
        releases=(Release("email", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        settings=(Setting("api-gateway", "SEARCH_TIMEOUT_MS", "4000", "60", "api-gateway: fail fast", minutes - 7),),
        coded=(Coded("email", CHANGE.version, lambda source: sent(source, "Zoë Müller"), quiet),),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("api-gateway", "email"),
            kind="config, code",
            change=f"api-gateway SEARCH_TIMEOUT_MS 4000 → 60; email {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("errors", "api-gateway", "GET /api/search", least=0.1),
            evidence=(
                Signal("count", "email", "shop.mails", way="down", by=1.15),
                Signal("log", "api-gateway", "did not answer GET /products/search", by=10),
            ),
            remedies=((config("api-gateway", "SEARCH_TIMEOUT_MS", "4000"), rollback("email")),),
            worse=((rollback("email"),), (restart("catalog"),)),
            path=(
                "the two symptoms begin minutes apart",
                "search: the gateway's time limit",
                "mails: requests of the mailer that call nobody",
            ),
        ),
        per_second=dice.between(16, 20),
    )
