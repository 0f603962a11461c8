"""Where carts are kept."""

from typing import Protocol

from .models import Cart


class Store(Protocol):
    """Redis in production. Raises `StoreTimeout`."""

    def load(self, user_id: str) -> Cart | None: ...

    def save(self, cart: Cart) -> None: ...


class MemoryStore:
    """For tests and for running alone."""

    def __init__(self, *carts: Cart) -> None:
        self._carts = {cart.user_id: cart for cart in carts}

    def load(self, user_id: str) -> Cart | None:
        return self._carts.get(user_id)

    def save(self, cart: Cart) -> None:
        self._carts[cart.user_id] = cart
