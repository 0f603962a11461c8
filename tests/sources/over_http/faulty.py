"""A server on loopback that fails in every way that a backend fails."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

Seen = tuple[str, str, dict[str, str], bytes]
"""Method, path with parameters, headers, body."""


class Faulty:
    """Behind any prefix, the last part of a path says how it fails."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.fails = ""
        """How every question is answered, whatever its path."""
        self.asked = threading.Event()
        """Set by the first request."""
        self.failing = 0
        """How many requests are refused with 503 before ``/soon`` is well."""
        self.answer: Callable[[str], Any] = lambda path: {"status": "success", "data": []}
        self.stop = threading.Event()
        """Set: who answers slowly gives up."""
        self.sent = 0
        """Bytes of the endless answer that were sent."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        # A handshake that a test means to fail is no news.
        self._http.handle_error = lambda request, client_address: None  # type: ignore[method-assign]
        if context is not None:
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        scheme = "https" if context else "http"
        self.url = f"{scheme}://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.stop.set()
        self._http.shutdown()
        self._http.server_close()


def _handler(faulty: Faulty) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            faulty.seen.append((self.command, self.path, dict(self.headers.items()), body))
            faulty.asked.set()
            path = urlsplit(self.path).path
            name = faulty.fails or path.rsplit("/", 1)[-1]
            found = getattr(self, f"_{name.replace('-', '_')}", None)
            if found is not None:
                found()
            elif name.isdigit():
                self._status(int(name))
            else:
                self._say(faulty.answer(path))

        do_POST = do_PUT = do_DELETE = do_GET

        def _say(self, told: Any, status: int = 200, kind: str = "application/json", **headers: str) -> None:
            raw = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw)))
            for header, value in headers.items():
                self.send_header(header.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(raw)

        def _status(self, status: int) -> None:
            told = self.headers.get("Authorization", "")
            self._say({"status": "error", "error": f"it is {status} for you, {told} \x1b[31m"}, status)

        def _soon(self) -> None:
            if faulty.failing > 0:
                faulty.failing -= 1
                self._say({}, 503)
            else:
                self._say([1])

        def _busy(self) -> None:
            if faulty.failing > 0:
                faulty.failing -= 1
                self._say({}, 429, Retry_After="1")
            else:
                self._say([1])

        def _busy_for_long(self) -> None:
            self._say({}, 429, Retry_After="3600")

        def _timeout(self) -> None:
            self._say({"status": "error", "errorType": "timeout", "error": "query timed out"}, 503)

        def _slow(self) -> None:
            faulty.stop.wait(20)

        def _drip(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            while not faulty.stop.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()

        def _cut(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b'{"data": [')
            self.close_connection = True

        def _page(self) -> None:
            self._say(b"<html><script>alert(1)</script>Please log in</html>", kind="text/html; charset=utf-8")

        def _truncated(self) -> None:
            self._say(b'{"data": [1, 2')

        def _nan(self) -> None:
            self._say(b'{"data": NaN}')

        def _deep(self) -> None:
            self._say(b"[" * 200_000 + b"]" * 200_000)

        def _digits(self) -> None:
            self._say(b"1" * 100_000)

        def _endless(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            part = b'"' + b"x" * 99_998 + b","
            while faulty.sent < 200_000_000:
                self.wfile.write(part)
                faulty.sent += len(part)

        def _large(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "200000000")
            self.end_headers()
            self.close_connection = True

        def _away(self) -> None:
            self._say({}, 302, Location="http://login.example/?next=1")

        def _port(self) -> None:
            self._say({}, 307, Location="http://127.0.0.1:1/")

        def _here(self) -> None:
            self._say({}, 307, Location="/elsewhere")

        def _round(self) -> None:
            self._say({}, 302, Location="/round")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
