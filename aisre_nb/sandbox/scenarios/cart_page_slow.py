"""A release of the catalog asks the database once for each price instead of once for all."""

from __future__ import annotations

from aisre_nb.sandbox.code.price_by_price import CHANGE, queries
from aisre_nb.sandbox.engine.effects import Calls, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import restart, rollback
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Signal, Truth

SCENARIO = Scenario(
    name="cart-page-slow",
    title="The cart page has become slow",
    question="The cart page takes much longer than an hour ago. What happened?",
)


def plan(dice: Dice) -> Plan:
    """One release of the catalog."""
    minutes = dice.minutes()
    return Plan(
        releases=(Release("catalog", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        coded=(Coded("catalog", CHANGE.version, lambda source: queries(source, 5), _repeated),),
        onset=minutes,
        effects=(
            Slows(
                "postgres",
                "SELECT prices",
                times=dice.strength(9.0, 5.0),
                when=When(service="catalog", versions=(CHANGE.version,)),
                caller="catalog",
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("catalog",),
            kind="code",
            change=f"catalog {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("latency", "catalog", "GET /prices", least=0.08),
            evidence=(
                Signal("calls", "catalog", "SELECT prices", by=1.8),
                Signal("latency", "cart", "POST /cart/{user_id}/quote", by=1.8),
            ),
            remedies=((rollback("catalog"),),),
            worse=((restart("catalog"),), (restart("cart"),)),
            path=(
                "latency of the cart page by service: the time is spent in the catalog's prices",
                "traces of the cart page: many queries one after the other where there was one",
                "deployment of the catalog, and its diff",
            ),
        ),
        per_second=dice.between(11, 14),
    )


def _repeated(asked: int) -> Calls | None:
    """One query a price, where the source asks so often for five of them."""
    return Calls("postgres", "SELECT prices", caller="catalog", chance=1.0, times=8, by="items") if asked > 2 else None
