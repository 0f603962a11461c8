"""A connection that is given up while its encryption is agreed upon is closed.

httpcore closes it where that fails, and not where the question is cancelled meanwhile: then it is nobody's, and stays
open until Python finds it. A request's ``trace`` tells what happens to connections (httpcore, "Request extensions").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Handshake:
    """Of one request."""

    def __init__(self) -> None:
        self._open: Any = None

    async def trace(self, event: str, told: Mapping[str, Any]) -> None:
        """For the request's extensions."""
        if event == "connection.connect_tcp.complete":
            self._open = told.get("return_value")
        elif event == "connection.start_tls.complete":
            self._open = None

    async def end(self) -> None:
        """Close what is between its two ends, if anything is."""
        left, self._open = self._open, None
        if left is not None:
            await left.aclose()
