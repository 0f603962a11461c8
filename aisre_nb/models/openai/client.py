"""HTTP to one endpoint."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aisre_nb.models.failure import BrokenStream
from aisre_nb.models.openai.answer import Answer
from aisre_nb.models.openai.events import events
from aisre_nb.models.openai.failure import Refused

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Response

    from aisre_nb.models.openai.endpoint import Endpoint

_MOST = 16_000_000
"""Bytes of an answer that is read whole: a gateway lists hundreds of models."""


def client(endpoint: Endpoint, stall_seconds: float = 120.0) -> AsyncClient:
    """A pool of connections. A redirect is never followed: the key is for this host."""
    import httpx2

    headers = {"accept": "text/event-stream, application/json"}
    if endpoint.key:
        headers["authorization"] = f"Bearer {endpoint.key}"
    timeout = httpx2.Timeout(stall_seconds, connect=min(10.0, stall_seconds))
    return httpx2.AsyncClient(headers=headers, timeout=timeout, follow_redirects=False)


async def ask(http: AsyncClient, url: str, seconds: float, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Status and JSON of one request: a GET, or a POST of ``body``. Status 0 where there was no answer in time.

    Never raises for what a server does: what it says of itself is a help, not a need.
    """
    import httpx2

    try:
        async with asyncio.timeout(seconds):
            method = "GET" if body is None else "POST"
            async with http.stream(method, url, json=body, headers={"accept": "application/json"}) as response:
                data = b""
                async for part in response.aiter_bytes():
                    data += part
                    if len(data) > _MOST:
                        return response.status_code, None
                return response.status_code, json.loads(data)
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
        return 0, None
    except (ValueError, RecursionError):
        return response.status_code, None


async def complete(http: AsyncClient, endpoint: Endpoint, body: dict[str, Any], answer: Answer) -> None:
    """Send it, and read the answer to its end.

    Raises `Refused`, `BrokenStream`, an `ErrorEvent` of the stream, and what httpx2 raises.
    """
    async with http.stream("POST", f"{endpoint.base_url}/chat/completions", json=body) as response:
        if response.status_code == 200 and "event-stream" in response.headers.get("content-type", ""):
            async for event in events(response.aiter_bytes()):
                answer.take(event)
        else:
            answer.take(await _whole(response, endpoint.key))
            answer.done = True
    answer.end()
    if answer.is_empty and answer.finish not in ("length", "content_filter") and not answer.refusal:
        raise BrokenStream("its answer was empty")


async def _whole(response: Response, key: str) -> dict[str, Any]:
    """The completion of a server that does not stream."""
    data = b""
    async for part in response.aiter_bytes():
        data += part
        if len(data) > _MOST:
            raise BrokenStream(f"its answer is longer than {_MOST // 1_000_000} MB")
    try:
        told = json.loads(data) if response.status_code == 200 else None
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and (told.get("choices") or told.get("error")):
        return told
    raise Refused(response.status_code, data, response.headers, key)
