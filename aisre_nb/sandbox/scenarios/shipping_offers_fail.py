"""A release of shipping tells the carriers grams where they ask for kilograms, so that heavier parcels are refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.sandbox.code.parcel_weight import CHANGE, offer_for
from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.failures import Facts, Raised
from aisre_nb.sandbox.remedies import restart, rollback, scale
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Signal, Truth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCENARIO = Scenario(
    name="shipping-offers-fail",
    title="Some orders get no shipping offers",
    question="Customers with several items cannot check out: shipping answers errors. Why?",
)


def plan(dice: Dice) -> Plan:
    """One release of shipping."""
    minutes = dice.minutes()
    return Plan(
        releases=(Release("shipping", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        coded=(Coded("shipping", CHANGE.version, lambda source: offer_for(source, 3), _refused),),
        truth=Truth(
            outcome="root_cause",
            services=("shipping",),
            kind="code",
            change=f"shipping {CHANGE.before} → {CHANGE.version}",
            symptom=Signal("errors", "shipping", "POST /offers", least=0.15),
            evidence=(Signal("errors", "checkout", "POST /checkout", least=0.1), Signal("log", "shipping", "kg", by=5)),
            remedies=((rollback("shipping"),),),
            worse=((restart("shipping"),), (scale("shipping", 4),)),
            path=(
                "alerts: HighErrorRate of checkout and shipping",
                "traces of failed checkouts: the error begins in shipping, before the carriers are asked",
                "logs of shipping: parcels that are refused for their weight",
                "deployment of shipping, and its diff",
            ),
        ),
        per_second=dice.between(11, 14),
    )


def _refused(raised: Raised) -> Fails:
    return Fails("shipping", "POST /offers", raised=raised, status=502, if_facts=has_several_items)


def has_several_items(facts: Facts) -> NDArray[np.bool_]:
    """A parcel of one item is light enough even so."""
    several: NDArray[np.bool_] = facts["items"] >= 2
    return several
