"""The body of an answer: read up to a limit, and taken as JSON only where it is some."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NoReturn

from aisre_nb.sources.http import failure
from aisre_nb.sources.http.access import Access

if TYPE_CHECKING:
    import httpx2

_LARGE = 1_000_000
"""Bytes of JSON from which on it is read in a thread, so that the notebook stays alive."""


async def whole(access: Access, response: httpx2.Response) -> bytes:
    """All of it. Raises `SourceUnreachable` where it is larger than the source's limit; the rest is not read."""
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > access.largest:
        _too_large(access)
    found = bytearray()
    async for part in response.aiter_bytes():
        found += part
        if len(found) > access.largest:
            _too_large(access)
    return bytes(found)


async def beginning(response: httpx2.Response, most: int = 200_000) -> bytes:
    """About so many bytes of it."""
    found = bytearray()
    async for part in response.aiter_bytes():
        found += part
        if len(found) > most:
            break
    return bytes(found)


async def as_json(access: Access, content_type: str, body: bytes) -> Any:
    """What it says. Raises `SourceUnreachable` where it is something else, is cut, or is no plain JSON."""
    if content_type and not content_type.endswith("json"):
        page = "a web page, as a login page is" if "html" in content_type else content_type[:60]
        raise failure.of_answer(access, f"answers with {failure.quoted(access, page)}, not with JSON")
    try:
        return await asyncio.to_thread(_loaded, body) if len(body) > _LARGE else _loaded(body)
    except RecursionError:
        raise failure.of_answer(access, "answers with JSON that is nested too deeply") from None
    except ValueError as error:
        where = f" at byte {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
        told = f"answers with JSON that cannot be read{where} of {len(body):,} bytes"
        raise failure.of_answer(access, told, "ask again: was it cut?") from None


def dumped(body: Any) -> bytes:
    """To be sent."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


def retry_after(told: str | None) -> float | None:
    """Seconds, from seconds or a date (RFC 9110, 10.2.3)."""
    if told is None:
        return None
    if told.strip().isdigit():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _loaded(body: bytes) -> Any:
    return json.loads(body, parse_constant=_not_json)


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _too_large(access: Access) -> NoReturn:
    told = f"answers with more than {access.largest / 1e6:g} MB: it is not read"
    raise failure.of_answer(access, told, "ask for less, or set max_mb")
