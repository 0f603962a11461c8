"""A local server that speaks chat completions: real HTTP, real server-sent events, a script of what to answer.

Each POST to /v1/chat/completions takes the next entry of the script::

    {"text": "…", "calls": [["id", "look", {…}]], "finish": "stop"}   an answer, streamed in small pieces
    {..., "usage": None}                        tokens are not counted; {"usage": {...}}: these
    {..., "reasoning": ["reasoning_content", "…"]}                    what it thinks, in that field
    {"deltas": [{…}, …], "finish": "tool_calls"}                      these deltas, as they are
    {..., "cut_after": 2}                       the connection ends after two events; "chunked": in the middle of one
    {..., "stall_after": 2}                     nothing comes for three seconds after two events
    {..., "whole": True}                        one JSON object instead of a stream
    {"status": 429, "error": {…}, "headers": {…}}                     an answer that is no stream; "body": its text
    {"events": ["data: …", …]}                  lines as they are

What the real servers refuse is refused before the script is asked: a wrong key, an unknown model, tools of a model that
has none, results without their calls, more than fits. ``python chat_server.py SCRIPT.json PORT`` runs it alone.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class ChatServer:
    """``requests`` are the bodies that came, ``headers`` theirs, ``paths`` all paths that were asked."""

    def __init__(self, script: list[dict[str, Any]] | None = None, port: int = 0) -> None:
        self.script = list(script or [])
        self.models: list[dict[str, Any]] = [{"id": "small", "object": "model", "owned_by": "house"}]
        self.key = ""
        self.pages: dict[str, Any] = {}
        """What other paths answer: a JSON value, or a function of the body that was sent."""
        self.refuses: dict[str, tuple[int, Any]] = {}
        """By a field of the body: status and error where it is there."""
        self.window: int | None = None
        """Tokens that fit; four characters are one."""
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.asked = threading.Event()
        self._http = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def start(self) -> ChatServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def refusal(self, body: dict[str, Any]) -> tuple[int, Any] | None:
        """What such servers refuse before the model sees it."""
        for field, answer in self.refuses.items():
            if field in body:
                return answer
        if body["model"] not in [m["id"] for m in self.models]:
            return 404, {
                "message": f"The model `{body['model']}` does not exist.",
                "type": "NotFoundError",
                "code": 404,
            }
        size = len(json.dumps([body["messages"], body.get("tools")], ensure_ascii=False)) // 4
        most = body.get("max_tokens", 0)
        if self.window is not None and size + most > self.window:
            told = (
                f"This model's maximum context length is {self.window} tokens. However, you requested {size + most} "
                f"tokens ({size} in the messages, {most} in the completion). Please reduce the length of the messages."
            )
            return 400, {"message": told, "type": "BadRequestError", "code": 400}
        return _pairs(body["messages"])


def _pairs(messages: list[dict[str, Any]]) -> tuple[int, Any] | None:
    """Every call has its result right behind it, and its arguments are text."""
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                return 400, {
                    "message": f"no call has the id {message['tool_call_id']}",
                    "type": "invalid_request_error",
                }
            waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            return 400, {"message": f"results are missing: {waiting}", "type": "invalid_request_error"}
        for call in message.get("tool_calls", ()):
            if not isinstance(json.loads(call["function"]["arguments"]), dict):
                return 400, {"message": "arguments are no JSON object", "type": "invalid_request_error"}
            waiting.append(call["id"])
    return (400, {"message": f"results are missing: {waiting}", "type": "invalid_request_error"}) if waiting else None


def deltas(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """The deltas of an answer, split as servers split them."""
    if "deltas" in turn:
        return [{"role": "assistant", "content": ""}, *turn["deltas"]]
    found: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    if "reasoning" in turn:
        found += [{turn["reasoning"][0]: part} for part in _parts(turn["reasoning"][1])]
    found += [{"content": part} for part in _parts(turn.get("text", ""))]
    for n, (id, name, arguments) in enumerate(turn.get("calls", [])):
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        first = {"index": n, "id": id, "type": "function", "function": {"name": name, "arguments": ""}}
        found.append({"tool_calls": [first]})
        found += [{"tool_calls": [{"index": n, "function": {"arguments": part}}]} for part in _parts(text)]
    return found


def _parts(text: str) -> list[str]:
    return [text[at : at + 9] for at in range(0, len(text), 9)]


def _handler(server: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is written."""

        def do_GET(self) -> None:
            self._page({})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))) or b"{}")
            if self.path != "/v1/chat/completions":
                return self._page(body)
            server.paths.append(self.path)
            if self._locked():
                return None
            server.requests.append(body)
            server.headers.append({k.lower(): v for k, v in self.headers.items()})
            server.asked.set()
            refusal = server.refusal(body)
            if refusal is not None:
                return self._json(refusal[0], {"error": refusal[1]} if refusal[0] else refusal[1])
            if not server.script:
                return self._json(400, {"error": {"message": "the script is over"}})
            return self._answer(server.script.pop(0), body)

        def _locked(self) -> bool:
            if not server.key or self.headers.get("authorization") == f"Bearer {server.key}":
                return False
            given = self.headers.get("authorization", "").removeprefix("Bearer ")
            told = {"message": f"Incorrect API key provided: {given}.", "type": "invalid_request_error"}
            self._json(401, {"error": told | {"code": "invalid_api_key"}})
            return True

        def _page(self, body: dict[str, Any]) -> None:
            server.paths.append(self.path)
            if self._locked():
                return
            pages = {"/v1/models": {"object": "list", "data": server.models}, **server.pages}
            page = pages.get(self.path)
            found = page(body) if callable(page) else page
            self._json(200 if found is not None else 404, found if found is not None else {"detail": "Not Found"})

        def _json(self, status: int, told: Any, headers: dict[str, str] | None = None) -> None:
            data = told.encode() if isinstance(told, str) else json.dumps(told).encode()
            self.send_response(status)
            kind = "text/html" if isinstance(told, str) else "application/json"
            for name, value in {"content-type": kind, "content-length": str(len(data)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def _answer(self, turn: dict[str, Any], body: dict[str, Any]) -> None:
            if "status" in turn:
                told = turn.get("body", {"error": turn.get("error")})
                return self._json(turn["status"], told, turn.get("headers"))
            finish = turn.get("finish", "tool_calls" if turn.get("calls") else "stop")
            counted = turn.get("usage", {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110})
            if turn.get("whole"):
                message: dict[str, Any] = {"role": "assistant", "content": turn.get("text")}
                if turn.get("calls"):
                    message["tool_calls"] = [
                        {"id": i, "type": "function", "function": {"name": n, "arguments": json.dumps(a)}}
                        for i, n, a in turn["calls"]
                    ]
                choice = {"index": 0, "message": message, "finish_reason": finish}
                return self._json(200, {"object": "chat.completion", "choices": [choice], "usage": counted})
            lines = turn.get("events") or self._lines(turn, body, finish, counted)
            return self._stream(lines, turn)

        def _lines(self, turn: dict[str, Any], body: dict[str, Any], finish: str, counted: Any) -> list[str]:
            base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
            chunks = [{**base, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas(turn)]
            chunks.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
            if counted and body.get("stream_options", {}).get("include_usage"):
                chunks.append({**base, "choices": [], "usage": counted})
            return [*(f"data: {json.dumps(chunk, ensure_ascii=False)}" for chunk in chunks), "data: [DONE]"]

        def _stream(self, lines: list[str], turn: dict[str, Any]) -> None:
            chunked = turn.get("chunked", False)
            self.send_response(200)
            self.send_header("content-type", "text/event-stream; charset=utf-8")
            self.send_header(*(("transfer-encoding", "chunked") if chunked else ("connection", "close")))
            self.end_headers()
            self.close_connection = True
            for n, line in enumerate(lines):
                if n == turn.get("cut_after"):
                    self.wfile.write(b"ff\r\ndata: {" if chunked else b"data: {")
                    return
                if n == turn.get("stall_after"):
                    time.sleep(3)
                data = f"{line}\n\n".encode()
                self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
            self.wfile.write(b"0\r\n\r\n" if chunked else b"")

    return Handler


if __name__ == "__main__":
    alone = ChatServer(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), int(sys.argv[2])).start()
    print(alone.url, flush=True)
    threading.Event().wait()
