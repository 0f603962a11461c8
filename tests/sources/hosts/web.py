"""A small server of JSON on loopback: routes by method and pattern, each request kept."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    """As it came, without parameters."""
    params: dict[str, list[str]]
    headers: dict[str, str]
    body: Any

    def one(self, name: str, default: str = "") -> str:
        return self.params.get(name, [default])[0]


@dataclass
class Said:
    """One answer."""

    told: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json; charset=utf-8"


Handler = Callable[..., Said]


class Web:
    """Subclasses give ``routes``: method, pattern of the path (its groups are unquoted), and who answers."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.origin = self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def routes(self) -> list[tuple[str, str, Handler]]:
        raise NotImplementedError

    def problem(self, status: int, message: str) -> Said:
        return Said({"message": message}, status)

    def before(self, asked: Asked) -> Said | None:
        """What is answered before any route is looked at."""
        return None

    def answer(self, asked: Asked) -> Said:
        found = self.before(asked)
        if found is not None:
            return found
        for method, pattern, respond in self.routes():
            match = re.fullmatch(pattern, asked.path)
            if match and method == asked.method:
                return respond(asked, *map(unquote, match.groups()))
        return self.problem(404, "Not Found")

    def paged(self, asked: Asked, items: list[Any], default: int = 30, **headers: str) -> Said:
        """One page, and in Link where the next one is."""
        size, page = min(int(asked.one("per_page", str(default))), 100), int(asked.one("page", "1"))
        rest = {name: value[0] for name, value in asked.params.items() if name != "page"}
        query = "&".join(f"{name}={value}" for name, value in rest.items())
        links = f'<{self.origin}{asked.path}?{query}&page={page + 1}>; rel="next"' if page * size < len(items) else ""
        return Said(items[(page - 1) * size : page * size], headers={**headers, **({"Link": links} if links else {})})

    def writes(self) -> list[tuple[str, str]]:
        """What was sent that changes something."""
        return [(a.method, a.path) for a in self.asked if a.method not in ("GET", "HEAD") and "graphql" not in a.path]


def _handler(web: Web) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            body = json.loads(raw) if raw else None
            asked = Asked(
                self.command,
                parts.path,
                parse_qs(parts.query, True),
                {k.title(): v for k, v in self.headers.items()},
                body,
            )
            web.asked.append(asked)
            said = web.answer(asked)
            content = said.told if isinstance(said.told, bytes) else b""
            if not isinstance(said.told, bytes) and said.status != 204:
                content = json.dumps(said.told).encode()
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
