"""A ClickHouse HTTP endpoint over chDB, in a process of its own: ``python shim.py``; it prints its port first.

As the server does: the statement is the body, settings and ``database`` are parameters, ``readonly`` refuses writes.
An error is a status with ``Code: N. DB::Exception: …`` and its code in a header; without a password it is 403. What a
test stores goes to ``/load``.
"""

from __future__ import annotations

import base64
import re
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chdb import session

ALLOWED = "Basic " + base64.b64encode(b"reader:open-sesame").decode()
_WRITES = re.compile(r"^\s*(insert|create|drop|alter|truncate|rename|attach|detach|optimize|system|grant|set)\b", re.I)
_OUTSIDE = re.compile(r"\b(file|url|remote|s3|mysql|postgresql|executable|cluster)\s*\(", re.I)
_LOCK = threading.Lock()


def answer(store: Any, sql: str, parameters: dict[str, list[str]], *, trusted: bool) -> tuple[int, bytes]:
    if parameters.get("readonly", ["0"])[0] != "0" and not trusted and (_WRITES.search(sql) or _OUTSIDE.search(sql)):
        return 164, b"Code: 164. DB::Exception: Cannot execute query in readonly mode. (READONLY)"
    database = parameters.get("database", ["default"])[0]
    form = parameters.get("default_format", ["TabSeparated"])[0]
    with _LOCK:
        try:
            store.query(f"USE {database}")
            return 0, bytes(store.query(sql, form).bytes() or b"")
        except Exception as error:
            said = str(error).strip()
            code = re.search(r"Code: (\d+)", said)
            return int(code[1]) if code else 1002, said.encode()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    store: Any = None

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        sql = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        trusted = parts.path == "/load"
        if not trusted and self.headers.get("Authorization") != ALLOWED:
            return self._reply(
                516, b"Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)"
            )
        code, body = answer(self.store, sql, parse_qs(parts.query), trusted=trusted)
        return self._reply(code, body)

    def _reply(self, code: int, body: bytes) -> None:
        status = {0: 200, 516: 403, 60: 404, 81: 404, 62: 400, 47: 404, 164: 500, 159: 408}.get(code, 500)
        self.send_response(status)
        if code:
            self.send_header("X-ClickHouse-Exception-Code", str(code))
        self.send_header("Content-Type", "text/plain; charset=UTF-8" if code else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve until the standard input ends."""
    with tempfile.TemporaryDirectory() as folder:
        Handler.store = session.Session(folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print(server.server_port, flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
