"""The certificate with which payment identifies itself has expired; the renewed one was never loaded."""

from __future__ import annotations

from aisre_nb.sandbox.engine.effects import Fails
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.remedies import restart, scale
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Secret, Signal, Truth

SCENARIO = Scenario(
    name="payments-refused",
    title="No payment goes through",
    question="Every payment fails since a few minutes ago. Nothing was deployed today. Why now?",
)


def plan(dice: Dice) -> Plan:
    """Time."""
    minutes = dice.between(18, 30)
    expired = When(service="payment", older=minutes, since=minutes)
    return Plan(
        secrets=(Secret("payment-client-certificate", 1440.0, expires=minutes - 89 * 1440, cause="renewed"),),
        onset=minutes,
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
                share=1.0 if not dice.hard else 0.6,
                seconds=0.06,
                unreached=True,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("payment",),
            kind="certificate",
            change="client certificate of payment expired; pods hold the old one",
            symptom=Signal("errors", "payment", "POST /charges", least=0.3),
            evidence=(Signal("log", "payment", "certificate expired", by=5), Signal("errors", "checkout", by=3)),
            remedies=((restart("payment"),),),
            worse=((restart("checkout"),), (scale("checkout", 5),)),
            path=(
                "error rate of checkout, then payment: all of them, from one second on",
                "logs of payment: a certificate that has expired",
                "the secret: renewed a day ago, and pods that are older",
            ),
        ),
        per_second=dice.between(12, 15),
    )
