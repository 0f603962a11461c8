"""The requests of one answer: sent a few at a time, and written down as they were sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aisre_nb.sources.http.client import HttpClient, Params

_AT_ONCE = 8
_SHOWN = 20
"""Requests that are told of; the others are counted."""
_LONGEST = 4000
"""Characters that are told of one."""


class Asked:
    """What one answer asks of its backend."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._shown: list[str] = []
        self.count = 0
        self.access = http.access

    async def json(
        self, path: str, params: Params = (), *, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """See `HttpClient.json`."""
        self.count += 1
        if len(self._shown) < _SHOWN:
            self._shown.append(sent(path, params, body))
        async with self._slots:
            return await self._http.json(path, params, body=body, headers=headers)

    def text(self) -> str:
        """The requests, joined by blank lines."""
        more = self.count - len(self._shown)
        return "\n\n".join([*self._shown, *([f"… and {more} more requests like these"] if more else [])])


def sent(path: str, params: Params = (), body: Any = None) -> str:
    """A request as it is sent, but for the percent signs: ``GET /api/search?q={status=error}&limit=20``."""
    asked = "&".join(f"{name}={value}" for name, value in params)
    head = f"{'GET' if body is None else 'POST'} {path}{'?' if asked else ''}{asked}"
    text = head if body is None else f"{head}\n{json.dumps(body, ensure_ascii=False)}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
