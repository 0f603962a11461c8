"""A local server that speaks the Messages API: real HTTP, real server-sent events, a script of what to answer.

The script is a JSON list; each POST to /v1/messages takes the next entry::

    {"blocks": [...], "stop": "tool_use", "usage": {...}}   a whole answer; blocks as the API returns them
    {..., "cut_after": 4}                                   the connection ends after four events
    {..., "cut_after": 4, "chunked": true}                  it ends in the middle of a chunk
    {..., "stall_after": 4}                                 nothing more comes after four events
    {..., "error_after": 4, "error": {...}}                 an error event comes after four events
    {..., "pause": 0.05}                                    seconds between two events
    {"status": 529, "error": {...}, "headers": {...}}       an answer that is no stream

A thinking block whose ``signature`` is ``"bound"`` gets one that is checked, when the block comes back, against the
system prompt, the tools and all messages before it, as newer models do. ``python messages_server.py SCRIPT.json PORT``
runs it alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEY = "sk-local"


def model_info(name: str, line: str | None, released: str, **changes: Any) -> dict[str, Any]:
    """A model as GET /v1/models lists it."""
    kinds = {"adaptive": True, "between_tools": False, "disabled": False, "enabled": False}
    kinds |= {kind: changes.pop(kind) for kind in list(changes) if kind in kinds}
    thinking = {kind: {"supported": supported} for kind, supported in kinds.items()}
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": released,
        "lifecycle": "active",
        "line": line,
        "max_input_tokens": 1_000_000,
        "max_tokens": 128_000,
        "capabilities": {"thinking": {"supported": True, "types": thinking}},
        **changes,
    }


MODELS = (
    model_info("claude-haiku-5-5", "haiku", "2026-10-07T00:00:00Z"),
    model_info("claude-opus-5-5", "opus", "2026-09-22T00:00:00Z"),
    model_info("claude-opus-5", "opus", "2026-07-24T00:00:00Z", disabled=True),
    model_info("claude-sonnet-4-5", "sonnet", "2025-09-29T00:00:00Z", lifecycle="deprecated"),
)


def events(turn: dict[str, Any], model: str) -> Iterator[dict[str, Any]]:
    """The events of one answer, split as the API splits them."""
    usage = {"input_tokens": 100, "output_tokens": 1, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    usage |= turn.get("usage", {})
    yield {
        "type": "message_start",
        "message": {
            "id": "msg_1", "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": {**usage, "output_tokens": 1},
        },
    }  # fmt: skip
    yield {"type": "ping"}
    for index, block in enumerate(turn.get("blocks", [])):
        start, deltas = _split(block)
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    stop = {"stop_reason": turn.get("stop", "end_turn"), "stop_sequence": None, "stop_details": turn.get("details")}
    yield {"type": "message_delta", "delta": stop, "usage": {"output_tokens": usage["output_tokens"]}}
    yield {"type": "message_stop"}


def _split(block: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    match block["type"]:
        case "text":
            return {**block, "text": ""}, [{"type": "text_delta", "text": part} for part in _parts(block["text"])]
        case "thinking":
            said = [{"type": "thinking_delta", "thinking": part} for part in _parts(block["thinking"])]
            signed = {"type": "signature_delta", "signature": block["signature"]}
            return {**block, "thinking": "", "signature": ""}, [*said, signed]
        case "tool_use":
            text = block.get("json", json.dumps(block.get("input", {})))
            start = {name: value for name, value in block.items() if name != "json"} | {"input": {}}
            return start, [{"type": "input_json_delta", "partial_json": part} for part in ["", *_parts(text)]]
        case _:
            return block, []


def _parts(text: str) -> list[str]:
    return [text[at : at + 7] for at in range(0, len(text), 7)]


class MessagesServer:
    """Runs in a thread of its own; ``requests`` are the bodies of the messages that came, ``headers`` theirs.

    ``asked`` is set by the first of them; ``listed`` counts the requests for the list of models.
    """

    def __init__(self, script: list[dict[str, Any]] | None = None, port: int = 0) -> None:
        self.script = list(script or [])
        self.models: list[dict[str, Any]] = list(MODELS)
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.listed = 0
        self.asked = threading.Event()
        self._port = port
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._done = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        """What a client's ``base_url`` is."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> MessagesServer:
        """Begin to listen."""
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        """Close every connection and end the thread."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        tasks: set[asyncio.Task[None]] = set()

        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = self._loop.create_task(self._connection(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accepted, "127.0.0.1", self._port)
        self._port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._done.wait()
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            await self._answer(writer, method, path.partition("?")[0], headers, json.loads(body or b"{}"))
        with contextlib.suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    async def _answer(
        self, writer: asyncio.StreamWriter, method: str, path: str, headers: dict[str, str], body: dict[str, Any]
    ) -> None:
        if headers.get("authorization") != f"Bearer {KEY}":
            return await _json(writer, 401, _error("authentication_error", "invalid bearer token"))
        if (method, path) == ("GET", "/v1/models"):
            self.listed += 1
            return await _json(writer, 200, {"data": self.models, "has_more": False, "first_id": None, "last_id": None})
        if (method, path) != ("POST", "/v1/messages"):
            return await _json(writer, 404, _error("not_found_error", f"no such path: {path}"))
        self.requests.append(body)
        self.headers.append(headers)
        self.asked.set()
        refusal = self._refusal(body, headers)
        if refusal:
            return await _json(writer, *refusal)
        if not self.script:
            return await _json(writer, 400, _error("invalid_request_error", "the script is over"))
        turn = self.script.pop(0)
        if "status" in turn:
            return await _json(writer, turn["status"], {"type": "error", **turn}, turn.get("headers"))
        return await self._stream(writer, turn, body)

    def _refusal(self, body: dict[str, Any], headers: dict[str, str]) -> tuple[int, dict[str, Any]] | None:
        """What the API refuses before the model sees it."""
        info = next((model for model in self.models if model["id"] == body["model"]), None)
        thinking, betas = body.get("thinking", {}), headers.get("anthropic-beta", "")
        if "anthropic-version" not in headers:
            return 400, _error("invalid_request_error", "anthropic-version: header is required")
        if info is None:
            return 404, _error("not_found_error", f"model: {body['model']}")
        can_be_off = info["capabilities"]["thinking"]["types"]["disabled"]["supported"]
        if thinking.get("type") == "disabled" and not can_be_off:
            return 400, _error("invalid_request_error", '"thinking.type.disabled" is not supported for this model.')
        if body.get("tool_choice", {}).get("type") in ("any", "tool") and thinking.get("type") != "disabled":
            return 400, _error("invalid_request_error", "tool_choice: forced tool use is not supported for this model.")
        if thinking.get("display") == "updates" and ("display-updates" not in betas or can_be_off):
            return 400, _error("invalid_request_error", "thinking.adaptive.display: Input should be 'summarized'")
        return self._mismatch(body)

    def _mismatch(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Results that are missing, and thinking blocks that stand behind something else than before."""
        messages = body["messages"]
        for at, message in enumerate(messages):
            blocks = message["content"]
            asked = {block["id"] for block in blocks if block["type"] == "tool_use"}
            behind = messages[at + 1]["content"] if at + 1 < len(messages) else []
            answered = {block["tool_use_id"] for block in behind if block["type"] == "tool_result"}
            if asked != answered & asked:
                return 400, _error("invalid_request_error", "`tool_use` ids were found without `tool_result` blocks")
            drop = body.get("thinking", {}).get("block_binding", {}).get("prefix_mismatch_behavior") == "drop_block"
            for number, block in enumerate(blocks):
                signed = str(block.get("signature", ""))
                if signed.startswith("bound:") and signed != _signature(body, at) and not drop:
                    where = f"messages.{at}.content.{number}: Invalid `signature` in `thinking` block. "
                    return 400, _error(
                        "invalid_request_error", where + "The block is bound to a different conversation."
                    )
        return None

    async def _stream(self, writer: asyncio.StreamWriter, turn: dict[str, Any], body: dict[str, Any]) -> None:
        for block in turn.get("blocks", []):
            if block.get("signature") == "bound":
                block["signature"] = _signature(body, len(body["messages"]))
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nrequest-id: req_1\r\n"
            b"connection: close\r\n" + (b"transfer-encoding: chunked\r\n\r\n" if turn.get("chunked") else b"\r\n")
        )
        for number, event in enumerate(events(turn, body["model"])):
            if number == turn.get("cut_after"):
                writer.write(b"ff\r\nevent: ping\n" if turn.get("chunked") else b"event: ping\n")
                return
            if number == turn.get("stall_after"):
                await asyncio.sleep(60)
            if number == turn.get("error_after"):
                event = {"type": "error", "error": turn["error"]}
            data = turn.get("garble") if number == turn.get("garble_at") else json.dumps(event)
            lines = f"event: {event['type']}\ndata: {data}\n\n".encode()
            writer.write(b"%x\r\n%b\r\n" % (len(lines), lines) if turn.get("chunked") else lines)
            await writer.drain()
            if event["type"] == "error":
                return
            await asyncio.sleep(turn.get("pause", 0))
        writer.write(b"0\r\n\r\n" if turn.get("chunked") else b"")
        await writer.drain()


def _signature(body: dict[str, Any], at: int) -> str:
    """Of all that stands before message ``at``; marks of the cache do not count."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(inner) for name, inner in value.items() if name != "cache_control"}
        return [plain(inner) for inner in value] if isinstance(value, list) else value

    before = plain([body.get("system"), body.get("tools"), body["messages"][:at]])
    return "bound:" + hashlib.sha256(json.dumps(before, sort_keys=True).encode()).hexdigest()


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


async def _json(
    writer: asyncio.StreamWriter, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    data = json.dumps(body).encode()
    lines = {"content-type": "application/json", "content-length": str(len(data)), "connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**lines, **(headers or {})}.items())
    writer.write(f"HTTP/1.1 {status} Answer\r\n{head}\r\n".encode() + data)
    await writer.drain()


if __name__ == "__main__":
    alone = MessagesServer(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), int(sys.argv[2])).start()
    print(alone.url, flush=True)
    threading.Event().wait()
