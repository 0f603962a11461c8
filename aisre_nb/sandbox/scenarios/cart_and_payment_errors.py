"""Two faults that have nothing to do with each other: a release of the cart, and an expired certificate of payment."""

from __future__ import annotations

from aisre_nb.sandbox.code.plain_cart import CHANGE, quote_of_a_plain_cart
from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import restart, rollback
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Release, Scenario, Secret, Signal, Truth
from aisre_nb.sandbox.scenarios.cart_errors import OPERATION, is_plain

SCENARIO = Scenario(
    name="cart-and-payment-errors",
    title="Carts and payments fail",
    question="Carts and payments fail, and the two teams blame each other. What is it?",
)


def plan(dice: Dice) -> Plan:
    """A release of the cart, and a certificate that expires a little later."""
    minutes = dice.minutes()
    later = minutes - dice.between(6, 12)
    expired = When(service="payment", older=later, since=later)
    return Plan(
        releases=(Release("cart", CHANGE.before, CHANGE.version, minutes, CHANGE),),
        coded=(
            Coded(
                "cart",
                CHANGE.version,
                quote_of_a_plain_cart,
                lambda raised: Fails("cart", OPERATION, raised=raised, if_facts=is_plain),
            ),
        ),
        secrets=(Secret("payment-client-certificate", 1440.0, expires=later - 89 * 1440, cause="renewed"),),
        effects=(
            Fails(
                "cards-provider",
                "*",
                "payment",
                expired,
                raised=Raised(
                    "SSLCertVerificationError", "[SSL: SSLV3_ALERT_CERTIFICATE_EXPIRED] sslv3 alert certificate expired"
                ),
                status=502,
                share=1.0 if not dice.hard else 0.5,
                seconds=0.06,
                unreached=True,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("cart", "payment"),
            kind="code, certificate",
            change=f"cart {CHANGE.before} → {CHANGE.version}; client certificate of payment expired",
            symptom=Signal("errors", "frontend", least=0.02),
            evidence=(
                Signal("log", "cart", "UnboundLocalError", by=10),
                Signal("log", "payment", "certificate expired", by=3),
            ),
            remedies=((rollback("cart"), restart("payment")),),
            worse=((restart("cart"),), (restart("checkout"),)),
            path=(
                "error rate by service: cart and payment, from different times on",
                "logs of each: an exception in the cart's source, a certificate in payment",
                "deployment of the cart; the age of payment's pods",
            ),
        ),
        per_second=dice.between(12, 15),
        without_tier=dice.between(0.36, 0.6),
        without_coupon=dice.between(0.4, 0.62),
    )
