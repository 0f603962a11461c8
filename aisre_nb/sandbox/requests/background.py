"""What goes wrong all the time, in every world, and is nobody's question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.engine.effects import Calls, Effect, Fails, Holds
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository.source import Source, raised_by

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Trouble:
    """A failure without its exception, which the source has yet to raise."""

    caller: str
    """The service that fails."""
    service: str
    """Where it fails: the same, or the datastore that it asks."""
    operation: str
    chance: float
    status: int
    seconds: float
    raised: Raised | Callable[[Source], BaseException]


def _no_vector(source: Source) -> BaseException:
    try:
        source.get("service", "Recommendations")({"SKU-1002": [0.1, 0.9]}).for_product("{sku}")
    except KeyError as error:
        return error
    raise AssertionError("a product without a vector was ranked")


def _provider_timeout(source: Source) -> BaseException:
    def send(*_: Any) -> bool:
        raise TimeoutError("timed out")

    try:
        source.get("charges", "Charges")(send).make("order", 4990)
    except Exception as error:
        return error
    raise AssertionError("a provider that did not answer charged a card")


_STORE = Raised("cart.errors.StoreTimeout", "redis did not answer within 250 ms")
_POOL = Raised("PoolTimeout", "no connection to postgres was free within 1000 ms")
_LOCK = Raised("DeadlockDetected", "deadlock detected while locking a row of stock")
_CARRIER = Raised("CarrierUnavailable", "the carrier answered 503 Service Unavailable")
_MAIL = Raised("SMTPServerDisconnected", "connection unexpectedly closed")

TROUBLES = (
    Trouble("recommendation", "recommendation", "GET /recommendations/{sku}", 0.006, 500, 0.0, _no_vector),
    Trouble("payment", "cards-provider", "POST /v1/charges", 0.004, 503, 2.5, _provider_timeout),
    Trouble("shipping", "carriers", "POST /v2/rates", 0.003, 503, 0.8, _CARRIER),
    Trouble("inventory", "postgres", "UPDATE stock", 0.002, 500, 1.0, _LOCK),
    Trouble("catalog", "postgres", "SELECT products", 0.0008, 503, 1.0, _POOL),
    Trouble("user", "postgres", "SELECT users", 0.0006, 503, 1.0, _POOL),
    Trouble("cart", "redis", "GET cart", 0.0006, 503, 0.25, _STORE),
    Trouble("email", "email", "POST /mails", 0.008, 500, 0.1, _MAIL),
)


USUAL: tuple[Effect, ...] = (
    # The home page shows what a visitor may like, to as many as the flag says; ranking for it is dear.
    Calls("recommendation", "GET /recommendations/home", chance=1.0, when=When(flag="personal-home")),
    Holds("recommendation", "GET /recommendations/home", times=16.0),
)
"""What is so in every world."""


def background(tree: Mapping[str, str], names: Names, rng: np.random.Generator) -> list[Effect]:
    """The troubles of one world, under its names; how often each hits differs from world to world."""
    found: list[Effect] = list(names.of(USUAL))
    for trouble in TROUBLES:
        raised = trouble.raised
        if not isinstance(raised, Raised):
            raised = raised_by(tree, names.text(trouble.caller), names, raised)
        found.append(
            Fails(
                service=names.text(trouble.service),
                operation=names.text(trouble.operation),
                raised=names.of(raised),
                status=trouble.status,
                share=trouble.chance * float(rng.uniform(0.6, 1.4)),
                caller=names.text(trouble.caller) if trouble.caller != trouble.service else "",
                seconds=trouble.seconds,
            )
        )
    return found
