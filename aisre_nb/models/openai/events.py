"""Server-sent events of a streamed answer, as JSON (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from aisre_nb.models.failure import BrokenStream

_MOST = 32_000_000
"""Bytes of one answer; a server that sends more is not read on."""


async def events(chunks: AsyncIterable[bytes]) -> AsyncIterator[dict[str, Any]]:
    """Each event's data; ends at ``[DONE]`` or with the stream.

    Lines end at CR, LF or both and nowhere else: JSON may hold U+2028, which other splitters take for an end of line.
    Raises `BrokenStream` for what is no JSON object, or is too much.
    """
    buffer, data, size = b"", [], 0
    async for chunk in chunks:
        size += len(chunk)
        if size > _MOST:
            raise BrokenStream(f"its answer is longer than {_MOST // 1_000_000} MB")
        buffer += chunk
        # A CR at the end may be the first half of CR LF.
        ready = buffer[:-1] if buffer.endswith(b"\r") else buffer
        lines = ready.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        buffer = lines.pop() + buffer[len(ready) :]
        for text in lines:
            if text.startswith(b"data:"):
                data.append(text[5:].removeprefix(b" "))
            elif text.startswith(b"error:"):
                # Older llama-server.
                yield {"error": _json(text[6:])}
            elif not text and data:
                whole, data = b"\n".join(data), []
                if whole.strip() == b"[DONE]":
                    yield {"done": True}
                    return
                yield _json(whole)
    last = b"\n".join([*data, *([buffer[5:].strip()] if buffer.startswith(b"data:") else [])]).strip()
    if last == b"[DONE]":
        yield {"done": True}


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BrokenStream("its answer cannot be read (no JSON)") from error
    if not isinstance(value, dict):
        raise BrokenStream("its answer cannot be read (no JSON object)")
    return value
