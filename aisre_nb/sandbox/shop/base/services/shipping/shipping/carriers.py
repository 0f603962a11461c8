"""The carriers' own service."""

from collections.abc import Callable, Mapping
from typing import Any

from .settings import Settings

MOST = 31.5
"""Kilograms above which no carrier takes a parcel."""

Send = Callable[[Mapping[str, Any], float], Mapping[str, Any]]


class CarrierUnavailable(Exception):
    """The carriers did not answer, or with a server error."""


class ParcelRefused(Exception):
    """No carrier takes such a parcel."""


class Carriers:
    """``send`` posts a body to ``/v2/rates`` and waits so many seconds for an answer."""

    def __init__(self, send: Send, settings: Settings | None = None) -> None:
        self._send = send
        self._seconds = (settings or Settings()).carriers_seconds

    def letter(self) -> int:
        """Cents that are added to an offer for a letter."""
        return self._added({"kind": "letter"})

    def parcel(self, kilograms: float) -> int:
        """Cents that are added to an offer for a parcel of that weight."""
        if kilograms > MOST:
            raise ParcelRefused(f"a parcel of {kilograms:g} kg is above the limit of {MOST} kg")
        return self._added({"kind": "parcel", "kilograms": round(kilograms, 2)})

    def _added(self, body: Mapping[str, Any]) -> int:
        try:
            answer = self._send(body, self._seconds)
        except TimeoutError as error:
            raise CarrierUnavailable(f"the carriers did not answer within {self._seconds} s") from error
        return int(answer["cents"])
