"""A small web server on loopback: routes to functions, one thread a request."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Params = Mapping[str, Sequence[str]]
Route = tuple[str, Callable[..., "Answer"]]
"""A pattern for a whole path, and who answers it: with the parameters, and what the pattern's groups found."""
_LARGEST = 1_000_000
"""Bytes of a form that are read."""


@dataclass(frozen=True)
class Answer:
    """What a route answers: something that becomes JSON, or text."""

    body: Any
    status: int = 200
    content_type: str = "application/json"

    def encoded(self) -> bytes:
        """As bytes."""
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False).encode()


class BadRequest(Exception):
    """A question that this server does not understand; its text is for whoever asked."""


@dataclass
class Site:
    """Routes of one server: a pattern for the path, and who answers. The first that fits does."""

    routes: Sequence[Route]
    problem: Callable[[str, int], Answer] = field(default=lambda text, status: Answer(text, status, "text/plain"))
    """How this backend tells a problem."""
    shaped: Callable[[Answer, str], Answer] = field(default=lambda answer, accept: answer)
    """The answer in the form that the request's ``Accept`` names."""
    writes: bool = False
    """Whether it takes POST for anything but a long question."""

    def answer(self, method: str, path: str, params: Params) -> Answer:
        """What is answered, whatever is asked."""
        fitting = [
            (found, route) for pattern, route in self.routes if (found := re.fullmatch(pattern, path)) is not None
        ]
        if not fitting:
            return self.problem("404 page not found", 404)
        if method not in ("GET", "HEAD", "POST") or (method == "POST" and not self.writes):
            return self.problem(f"{method} is not allowed: the sandbox is served for reading", 405)
        found, route = fitting[0]
        try:
            return route(params, *map(unquote, found.groups()))
        except BadRequest as error:
            return self.problem(str(error), 400)
        except (KeyError, ValueError, OverflowError) as error:
            return self.problem(f"bad parameter: {error}", 400)
        except Exception as error:
            # The folder is rewritten while it is served: whoever asks tries again.
            return self.problem(f"{type(error).__name__}: {str(error).splitlines()[0][:200]}", 503)


class Server:
    """A site on a port of 127.0.0.1, while the ``with`` lasts."""

    def __init__(self, site: Site, port: int = 0) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(site))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def __enter__(self) -> Server:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            asked = urlsplit(self.path)
            params = parse_qs(asked.query, keep_blank_values=True)
            length = min(int(self.headers.get("Content-Length") or 0), _LARGEST)
            if length:
                form = self.rfile.read(length).decode("utf-8", "replace")
                if "form-urlencoded" in (self.headers.get("Content-Type") or ""):
                    params |= parse_qs(form, keep_blank_values=True)
            answer = site.shaped(site.answer(self.command, asked.path, params), self.headers.get("Accept") or "")
            raw = answer.encoded()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(raw)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _do

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


def one(params: Params, name: str, default: str = "") -> str:
    """The last value of a parameter."""
    values = params.get(name)
    return values[-1] if values else default
