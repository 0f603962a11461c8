"""Takes messages, one after the other."""

import logging
from collections.abc import Callable
from typing import Literal

from .labels import label
from .orders import Order, order_from
from .settings import Settings

log = logging.getLogger("fulfilment")

Answer = Literal["done", "again", "dead"]
"""What becomes of a message: taken off the queue, delivered again, or put with the dead letters."""


class Worker:
    """Each step is a call of another service, and may be taken twice for the same order."""

    def __init__(
        self,
        reserve: Callable[[str, int], None],
        ship: Callable[[str], None],
        mail: Callable[[Order], None],
        settings: Settings | None = None,
    ) -> None:
        self._reserve = reserve
        self._ship = ship
        self._mail = mail
        self._settings = settings or Settings()

    def take(self, body: bytes, delivery: int = 1) -> Answer:
        """Work on a message that was delivered so many times."""
        try:
            self._fulfil(order_from(body))
        except Exception:
            log.exception("process orders failed, delivery %d", delivery)
            return "again" if delivery < self._settings.max_deliveries else "dead"
        return "done"

    def _fulfil(self, order: Order) -> None:
        for sku, quantity in order.pieces.items():
            self._reserve(sku, quantity)
        self._ship(label(order))
        self._mail(order)
