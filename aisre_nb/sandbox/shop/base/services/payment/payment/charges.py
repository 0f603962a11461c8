"""Charges, each made at most once."""

from collections.abc import Callable

from .provider import charge


class Charges:
    """Remembers which references were charged."""

    def __init__(self, send: Callable[[str, int, float], bool]) -> None:
        self._send = send
        self._done: set[str] = set()

    def make(self, reference: str, cents: int) -> bool:
        """False where it had been charged already."""
        if reference in self._done:
            return False
        charge(reference, cents, self._send)
        self._done.add(reference)
        return True
