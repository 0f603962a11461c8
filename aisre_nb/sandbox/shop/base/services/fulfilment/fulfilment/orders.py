"""Orders, as messages bring them."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    name: str
    street: str
    city: str
    postcode: str
    country: str


@dataclass(frozen=True)
class Order:
    number: str
    pieces: dict[str, int]
    """Quantities by sku."""
    address: Address


def order_from(body: bytes) -> Order:
    """The order that a message of the queue ``orders`` holds."""
    found = json.loads(body)
    return Order(found["number"], dict(found["pieces"]), Address(**found["address"]))
