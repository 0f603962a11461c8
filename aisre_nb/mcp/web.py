"""Streamable HTTP: headers and tokens for one address alone, and answers that are bounded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2
from mcp.client.streamable_http import streamable_http_client

from aisre_nb.errors import SourceUnreachable
from aisre_nb.mcp.spec import ServerSpec

LARGEST = 32_000_000
"""Bytes of one answer."""


@dataclass
class Heard:
    """What the library does not pass on of an answer."""

    status: int = 0
    """Of the last answer that was a failure; 0: none was."""
    broken: str = ""
    """Why the last request got no answer."""


@asynccontextmanager
async def web(spec: ServerSpec, heard: Heard, auth: httpx2.Auth | None) -> AsyncIterator[Any]:
    """The transport's two streams. Redirects to another origin are not followed; the library sees to that."""
    # How long a call may take is counted elsewhere, without the waits for a person.
    timeout = httpx2.Timeout(30.0, connect=10.0, read=3600.0)
    async with (
        httpx2.AsyncClient(
            transport=_Bounded(httpx2.AsyncHTTPTransport(proxy=_proxy(spec.url)), heard),
            headers=dict(spec.headers),
            timeout=timeout,
            auth=auth,
        ) as client,
        streamable_http_client(spec.url, http_client=client, max_sse_event_size=LARGEST) as streams,
    ):
        yield streams


def _proxy(url: str) -> str | None:
    """By the environment's variables, which the client does not read where it is given a transport."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


class _Bounded(httpx2.AsyncBaseTransport):
    def __init__(self, inner: httpx2.AsyncBaseTransport, heard: Heard) -> None:
        self._inner = inner
        self._heard = heard

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            response = await self._inner.handle_async_request(request)
        except httpx2.HTTPError as error:
            self._heard.broken = f"{type(error).__name__}: {error}"[:200]
            raise
        # A server that asks for a token says so with 401 first, and a missing page of metadata is no failure.
        if response.status_code >= 400 and not request.url.path.startswith("/.well-known/"):
            self._heard.status = response.status_code
        # An event stream may be open for hours: there each event has its limit.
        if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
            stream = response.stream
            assert isinstance(stream, httpx2.AsyncByteStream)
            response.stream = _Limited(stream)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Limited(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > LARGEST:
                raise httpx2.StreamError(f"the answer is larger than {LARGEST} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def understood(spec: ServerSpec, heard: Heard) -> SourceUnreachable | None:
    """What went wrong, in words; None where HTTP was well."""
    if heard.status in (401, 403):
        has = "its token" if spec.headers or spec.oauth else "nobody without a token"
        verb = "refused" if spec.headers or spec.oauth else "lets in"
        step = "look at its headers, or write oauth = true where it offers a sign-in"
        return SourceUnreachable(f"{spec.name} answered {heard.status}: it {verb} {has}", step)
    if heard.status:
        step = "look at its url" if heard.status == 404 else "try again later, or look at its log"
        return SourceUnreachable(f"{spec.name} answered {heard.status}", step)
    if heard.broken:
        told = spec.masked(heard.broken)
        return SourceUnreachable(f"{spec.name} cannot be reached: {told}", "look at its url, and whether it runs")
    return None
