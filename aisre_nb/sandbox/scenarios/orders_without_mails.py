"""A release of the mailer catches what it should not, and says that it sent what it did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sandbox.code.quiet_mailer import CHANGE, sent
from aisre_nb.sandbox.engine.effects import Calls
from aisre_nb.sandbox.failures import Facts
from aisre_nb.sandbox.remedies import restart, rollback
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Signal, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCENARIO = Scenario(
    name="orders-without-mails",
    title="Customers get no confirmation of their orders",
    question="Support says that many customers got no confirmation mail in the last half hour. Is that so, and why?",
)


def plan(dice: Dice) -> Plan:
    """One release of email; nothing fails."""
    minutes = dice.between(35, 50)
    return Plan(
        releases=(Release("email", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        coded=(Coded("email", CHANGE.version, lambda source: sent(source, "Zoë Müller"), quiet),),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("email",),
            kind="code",
            change=f"email {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("calls", "email", "SEND mail", way="down", by=1.25),
            evidence=(Signal("count", "email", "shop.mails", way="down", by=1.15),),
            remedies=((rollback("email"),),),
            worse=((restart("email"),), (restart("fulfilment"),)),
            path=(
                "alert MailsMissing; the counter of mails against that of orders",
                "traces of the mailer: many requests that never call the mail server, and end well",
                "deployment of email, and its diff: an exception that is swallowed",
            ),
        ),
        per_second=dice.between(16, 20),
    )


def quiet(went: bool) -> Calls | None:
    """The mail server is not called for names with accents, where such a mail did not go out."""
    return None if went else Calls("smtp", "SEND mail", caller="email", chance=0.0, if_facts=has_an_accent)


def has_an_accent(facts: Facts) -> NDArray[np.bool_]:
    """About two customers of five have a name that is not ASCII."""
    accent: NDArray[np.bool_] = facts["user"] % 5 < 2
    return accent
