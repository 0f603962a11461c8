"""fulfilment takes one message at a time instead of eight."""

from __future__ import annotations

from aisre_nb.sandbox.remedies import config, restart, rollback
from aisre_nb.sandbox.scenario import Dice, Plan, Scenario, Setting, Signal, Truth

SCENARIO = Scenario(
    name="parcels-late",
    title="Parcels leave later and later",
    question="The warehouse gets orders half an hour late. Where do they wait?",
)


def plan(dice: Dice) -> Plan:
    """One setting of fulfilment."""
    minutes = dice.between(35, 48)
    return Plan(
        settings=(
            Setting("fulfilment", "CONSUMERS", "8", "1", "fulfilment: orders strictly one after the other", minutes),
        ),
        onset=minutes,
        truth=Truth(
            outcome="root_cause",
            services=("fulfilment",),
            kind="config",
            change="fulfilment CONSUMERS 8 → 1",
            symptom=Signal("gauge", "rabbitmq", "rabbitmq.message.oldest.age", by=5, least=60),
            evidence=(Signal("gauge", "rabbitmq", "rabbitmq.message.current", by=5, least=20),),
            remedies=((config("fulfilment", "CONSUMERS", "8"),), (rollback("fulfilment"),)),
            worse=((restart("rabbitmq"),), (restart("fulfilment"),)),
            path=(
                "alert QueueBacklog; depth and age of the queue",
                "rate at which messages come, and at which they are taken: the second fell",
                "traces of a message: working on it takes as long as ever",
                "changes of fulfilment's settings",
            ),
        ),
        per_second=dice.between(13, 16),
    )
