"""One message that fulfilment cannot work on is delivered to it again and again."""

from __future__ import annotations

from aisre_nb.sandbox.code.poison import label_without_postcode
from aisre_nb.sandbox.engine.effects import Consumes, Fails, Restarts
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.remedies import config, restart
from aisre_nb.sandbox.scenario import Coded, Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="parcels-stand-still",
    title="No parcel leaves",
    question="The queue of orders grows and fulfilment restarts. What is stuck?",
)


def plan(dice: Dice) -> Plan:
    """A message without a postcode, and redeliveries without an end."""
    minutes = dice.between(28, 40)
    before = dice.between(50, 80)
    poisoned = When(service="fulfilment", key="MAX_DELIVERIES", values=("0",), since=minutes)
    return Plan(
        settings=(Setting("fulfilment", "MAX_DELIVERIES", "5", "0", "fulfilment: no order may be lost", before),),
        coded=(
            Coded(
                "fulfilment",
                "1.3.0",
                label_without_postcode,
                lambda raised: Fails("fulfilment", "process orders", raised=raised, share=0.6, when=poisoned),
            ),
        ),
        onset=minutes,
        effects=(
            Consumes("fulfilment", stands=dice.strength(0.88, 0.82), times=6.0, when=poisoned),
            Restarts(
                "fulfilment",
                minutes=dice.strength(2.5, 4.0),
                message="Back-off restarting failed container",
                when=poisoned,
            ),
        ),
        truth=Truth(
            outcome="root_cause",
            services=("fulfilment",),
            kind="data",
            change="a message without a postcode; fulfilment MAX_DELIVERIES 5 → 0",
            symptom=Signal("gauge", "rabbitmq", "rabbitmq.message.oldest.age", by=5, least=30),
            evidence=(
                Signal("log", "fulfilment", "TypeError", by=5),
                Signal("gauge", "rabbitmq", "rabbitmq.message.current", by=5, least=10),
            ),
            remedies=((config("fulfilment", "MAX_DELIVERIES", "5"),),),
            worse=((restart("fulfilment"),), (restart("rabbitmq"),)),
            path=(
                "alert QueueBacklog; pods of fulfilment restart",
                "logs of fulfilment: the same order fails again and again, at the same line",
                "what happens to a message that fails: it is delivered without an end since a change",
            ),
        ),
        per_second=dice.between(13, 16),
    )
