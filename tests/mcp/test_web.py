"""Streamable HTTP: real servers, tokens, redirects, answers that are too large, nobody there."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from aisre_nb.errors import SourceUnreachable
from aisre_nb.mcp import web
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.spec import ServerSpec

Connect = Callable[[ServerSpec], Awaitable[Connection]]


class Odd(BaseHTTPRequestHandler):
    """Answers as its path says, and keeps the headers that came."""

    seen: ClassVar[list[tuple[str, str | None]]] = []
    other: ClassVar[str] = ""

    def do_POST(self) -> None:
        Odd.seen.append((self.path, self.headers.get("Authorization")))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.path.strip("/")
        if kind.isdigit():
            self.send_response(int(kind))
            self.send_header("Location", f"{Odd.other}/stolen")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if kind == "html" else "application/json")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _ in range(60 if kind == "huge" else 1):
                self.wfile.write(b"<html>" if kind == "html" else b"[" * 1_000_000)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def odd() -> Iterator[str]:
    made = [ThreadingHTTPServer(("127.0.0.1", 0), Odd) for _ in range(2)]
    for server in made:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    here, Odd.other = (f"http://127.0.0.1:{server.server_port}" for server in made)
    yield here
    for server in made:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_both_generations_over_http(protocol: str, address: str, connect: Connect, person: Any) -> None:
    up = await connect(ServerSpec("web", url=address, protocol=protocol))  # type: ignore[arg-type]
    assert up.version == {"auto": "2026-07-28", "legacy": "2025-11-25"}[protocol]
    ada = person(name="prod", nodes=5)
    found = await up.call("pods", {"count": 2}, ada.progress, ada.elicit)
    assert [pod["pod"] for pod in found.structured_content["result"]] == ["cart-0", "cart-1"]
    assert (await up.call("where", {}, ada.progress, ada.elicit)).content[0].text == "prod with 5 nodes"  # type: ignore[union-attr]
    await up.call("slow", {"seconds": 0.1}, ada.progress, ada.elicit)
    assert (9.0, 10.0, "step 9") in ada.told


@pytest.mark.parametrize(
    ("path", "headers", "said"),
    [
        ("401", {}, r"web answered 401: it lets in nobody without a token → .*oauth = true"),
        (
            "403",
            {"Authorization": "Bearer tok-secret-1"},
            r"web answered 403: it refused its token → look at its headers",
        ),
        ("404", {}, "web answered 404 → look at its url"),
        ("500", {}, "web answered 500 → try again later"),
        ("307", {"Authorization": "Bearer tok-secret-1"}, "web did not answer .*Redirect to .* not followed"),
        ("html", {}, "web did not answer .*Unexpected content type: text/html"),
        ("huge", {}, "web (did not answer|cannot be reached)"),
    ],
)
async def test_what_is_wrong_is_said_and_no_token_is_told(
    path: str, headers: dict[str, str], said: str, odd: str, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "LARGEST", 2_000_000)
    Odd.seen.clear()
    given = ServerSpec("web", url=f"{odd}/{path}", headers=headers, secrets=frozenset({"tok-secret-1"}))
    with pytest.raises(SourceUnreachable, match=said) as raised:
        await connect(given)
    assert "tok-secret-1" not in str(raised.value) and "tok-secret-1" not in repr(given)
    assert Odd.seen and {(seen, token) for seen, token in Odd.seen} == {(f"/{path}", headers.get("Authorization"))}


async def test_nobody_there_is_a_line(connect: Connect) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(
        SourceUnreachable, match=r"web cannot be reached: ConnectError.* → look at its url, and whether"
    ):
        await connect(ServerSpec("web", url=f"http://127.0.0.1:{port}/mcp"))
