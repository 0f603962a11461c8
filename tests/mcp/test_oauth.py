"""A server that wants a token: got by a client's secret, or by a person who signs in."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from base64 import b64decode
from collections.abc import Awaitable, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from aisre_nb.errors import SourceUnreachable
from aisre_nb.mcp import oauth
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.spec import OAuth, ServerSpec

Connect = Callable[[ServerSpec], Awaitable[Connection]]
SECRET, TOKEN = "the-client-secret", "the-access-token"


class Guarded(BaseHTTPRequestHandler):
    """A server of the older generation, and who gives tokens for it."""

    base: ClassVar[str] = ""
    asked: ClassVar[list[dict[str, Any]]] = []

    def do_GET(self) -> None:
        if "oauth-protected-resource" in self.path:
            self._send(200, {"resource": f"{self.base}/mcp", "authorization_servers": [self.base]})
        elif "oauth-authorization-server" in self.path:
            ends = {
                f"{name}_endpoint": f"{self.base}/{path}"
                for name, path in (("authorization", "authorize"), ("token", "token"), ("registration", "register"))
            }
            more = {"response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"]}
            self._send(200, {"issuer": self.base, **ends, **more})
        else:
            self._send(405, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        given = self.headers.get("Authorization", "")
        if self.path == "/register":
            self._send(201, {**json.loads(body), "client_id": "registered"})
        elif self.path == "/token":
            told = {key: values[0] for key, values in parse_qs(body).items()}
            basic = b64decode(given.removeprefix("Basic ")).decode() if given.startswith("Basic ") else ""
            Guarded.asked.append({**told, "basic": basic})
            right = basic == f"ours:{SECRET}" or told.get("code") == "the-code"
            self._send(200, {"access_token": TOKEN, "token_type": "Bearer"}) if right else self._send(
                401, {"error": "invalid_client"}
            )
        elif given != f"Bearer {TOKEN}":
            self._send(401, {}, f'Bearer resource_metadata="{self.base}/.well-known/oauth-protected-resource/mcp"')
        else:
            self._answer(json.loads(body))

    def _answer(self, told: dict[str, Any]) -> None:
        found: Any = {
            "initialize": {
                "protocolVersion": "2025-11-25",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "g", "version": "0"},
            },
            "tools/list": {"tools": [{"name": "look", "inputSchema": {"type": "object"}}]},
            "tools/call": {"content": [{"type": "text", "text": "seen"}]},
        }.get(told["method"])
        if "id" not in told:
            self._send(202, None)
        elif found is None:
            self._send(200, {"jsonrpc": "2.0", "id": told["id"], "error": {"code": -32601, "message": "no"}})
        else:
            self._send(200, {"jsonrpc": "2.0", "id": told["id"], "result": found})

    def _send(self, status: int, body: Any, challenge: str = "") -> None:
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        if challenge:
            self.send_header("WWW-Authenticate", challenge)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def guarded() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Guarded)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    Guarded.base, Guarded.asked = f"http://127.0.0.1:{server.server_port}", []
    yield Guarded.base
    server.shutdown()
    server.server_close()


async def test_a_client_with_a_secret_gets_a_token(guarded: str, connect: Connect, person: Any) -> None:
    spec = ServerSpec("g", url=f"{guarded}/mcp", oauth=OAuth("ours", SECRET, guarded))
    assert SECRET not in repr(spec)
    up = await connect(spec)
    found = await up.call("look", {}, person().progress, person().elicit)
    assert found.content[0].text == "seen"  # type: ignore[union-attr]
    assert Guarded.asked[0]["grant_type"] == "client_credentials" and len(Guarded.asked) == 1


@pytest.mark.parametrize("change", [{"client_secret": "wrong-secret"}, {"issuer": "https://issuer.example.org"}])
async def test_a_wrong_secret_is_a_line_and_it_is_sent_to_its_issuer_alone(
    change: dict[str, str], guarded: str, connect: Connect
) -> None:
    given = {"client_id": "ours", "client_secret": SECRET, "issuer": guarded, **change}
    with pytest.raises(SourceUnreachable) as raised:
        await connect(
            ServerSpec("g", url=f"{guarded}/mcp", oauth=OAuth(**given), secrets=frozenset({given["client_secret"]}))
        )
    assert str(raised.value).startswith("g ") and given["client_secret"] not in str(raised.value)
    if "issuer" in change:
        assert Guarded.asked == []


async def test_a_person_signs_in_and_the_address_is_told(
    guarded: str, connect: Connect, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        monkeypatch.setattr(oauth, "PORT", free.getsockname()[1])
    up = Connection(ServerSpec("g", url=f"{guarded}/mcp", oauth=OAuth()))
    starting = asyncio.ensure_future(up.start())
    try:
        for _ in range(200):
            if up.asks:
                break
            await asyncio.sleep(0.02)
        assert up.asks.startswith(f"g asks you to sign in; open {guarded}/authorize?")
        query = {key: values[0] for key, values in parse_qs(urlsplit(up.asks.split("open ")[1]).query).items()}
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(query["redirect_uri"], params={"code": "the-code", "state": query["state"]})
        assert page.text.startswith("Signed in.")
        await asyncio.wait_for(starting, 10)
        assert [tool.name for tool in up.tools] == ["look"] and up.asks == ""
        assert Guarded.asked[0]["code"] == "the-code" and Guarded.asked[0]["code_verifier"]
    finally:
        starting.cancel()
        await up.close()
