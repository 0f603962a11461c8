"""A server on loopback whose routes answer as a backend's contract says, and that keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Said:
    """An answer: JSON, or text with its type."""

    body: Any
    status: int = 200
    kind: str = "application/json"


@dataclass(frozen=True)
class Call:
    """A request."""

    method: str
    path: str
    params: Mapping[str, list[str]]
    headers: Mapping[str, str]

    def one(self, name: str, default: str = "") -> str:
        return self.params.get(name, [default])[-1]


class Backend:
    """Answers with ``respond``, a thread a request."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.broken: Said | None = None
        """What is answered to everything, while it is set."""
        backend = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                params = parse_qs(asked.query or raw, keep_blank_values=True)
                call = Call(self.command, asked.path, params, dict(self.headers.items()))
                backend.calls.append(call)
                said = backend.broken or backend.respond(call)
                data = said.body.encode() if isinstance(said.body, str) else json.dumps(said.body).encode()
                self.send_response(said.status)
                self.send_header("Content-Type", said.kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def respond(self, call: Call) -> Said:
        raise NotImplementedError

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


def routed(routes: Mapping[str, Callable[[Call], Said]], call: Call) -> Said:
    found = routes.get(call.path)
    return found(call) if found else Said("404 page not found\n", 404, "text/plain; charset=utf-8")
