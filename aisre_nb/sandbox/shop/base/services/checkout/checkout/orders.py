"""The steps of an order."""

from collections.abc import Callable
from dataclasses import dataclass

STEPS = ("quote", "stock", "shipping", "payment", "order", "mail")
OPTIONAL = frozenset({"mail"})


class OrderFailed(Exception):
    """A step without which there is no order did not succeed."""


@dataclass
class Order:
    user_id: str
    done: tuple[str, ...] = ()


def place(order: Order, steps: dict[str, Callable[[Order], bool]]) -> Order:
    """Take the steps in their order."""
    for name in STEPS:
        if steps[name](order):
            order.done = (*order.done, name)
        elif name not in OPTIONAL:
            raise OrderFailed(name)
    return order
