"""Over standard input and output, or over HTTP on this machine with a token."""

from __future__ import annotations

import hmac
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from mcp.server import Server
from mcp.server.stdio import stdio_server

from aisre_nb.errors import ConfigurationError

TOKEN = "AISRE_MCP_TOKEN"
_HOST = "127.0.0.1"
Message = MutableMapping[str, Any]


async def over_stdio(server: Server[Any]) -> None:
    """Until the client closes it."""
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


async def over_http(server: Server[Any], port: int, token: str, said: Callable[[str], None]) -> None:
    """Until it is interrupted; ``said`` gets the address once it listens. Raises `ConfigurationError`."""
    import uvicorn

    app = _Guarded(server.streamable_http_app(host=_HOST), token)
    config = uvicorn.Config(app, host=_HOST, port=port, log_level="warning", lifespan="on", timeout_graceful_shutdown=2)
    try:
        listening = socket.create_server((_HOST, port))
    except OSError as error:
        told = f"port {port} of {_HOST} cannot be used: {error.strerror}"
        raise ConfigurationError(told, "give another one; --port 0 takes any") from None
    with listening:
        said(f"http://{_HOST}:{listening.getsockname()[1]}/mcp")
        await uvicorn.Server(config).serve(sockets=[listening])


def token_of(folder: Path, environ: Mapping[str, str] | None = None) -> tuple[str, str]:
    """The token, and where a person finds it: the variable, or a file that only they can read."""
    environ = os.environ if environ is None else environ
    if environ.get(TOKEN):
        return environ[TOKEN], f"${TOKEN}"
    file = folder / "mcp-token"
    try:
        if not file.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(secrets.token_urlsafe(32))
        found = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be used: {error.strerror}", f"set {TOKEN}") from None
    if len(found) < 16:
        raise ConfigurationError(f"{file} holds no token", "delete it: a new one is made")
    return found, str(file)


class _Guarded:
    """Lets in who has the token. Whether the host is this machine the library looks at."""

    def __init__(self, app: Callable[..., Awaitable[None]], token: str) -> None:
        self._app = app
        self._wanted = f"Bearer {token}".encode()

    async def __call__(self, scope: Message, receive: Any, send: Callable[[Message], Awaitable[None]]) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"authorization", b"")
            if not hmac.compare_digest(given, self._wanted):
                headers = [(b"content-type", b"text/plain"), (b"www-authenticate", b"Bearer")]
                await send({"type": "http.response.start", "status": 401, "headers": headers})
                await send({"type": "http.response.body", "body": b"a token is needed: Authorization: Bearer ..."})
                return
        await self._app(scope, receive, send)
