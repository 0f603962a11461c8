"""OAuth where a server asks for it: by a client's secret, or by a person who signs in with a browser.

Tokens are kept in memory, for the life of the process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.auth.extensions.client_credentials import ClientCredentialsOAuthProvider
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from aisre_nb.errors import SourceUnreachable
from aisre_nb.mcp.spec import ServerSpec

if TYPE_CHECKING:
    import httpx2

PORT = 33418
"""Where a browser comes back to, on this machine; it is a part of what a client registers."""
_PATIENCE = 300.0
"""Seconds that a person may take to sign in."""
_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nSigned in. You can close this page."


class Memory:
    """Tokens and the client's registration."""

    def __init__(self) -> None:
        self._tokens: OAuthToken | None = None
        self._client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        """See `TokenStorage`."""
        return self._tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """See `TokenStorage`."""
        self._tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """See `TokenStorage`."""
        return self._client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """See `TokenStorage`."""
        self._client = client_info


def auth(spec: ServerSpec, memory: Memory, tell: Callable[[str], None]) -> httpx2.Auth | None:
    """What signs requests; ``tell`` gets the line that asks a person to sign in. None where none is configured."""
    given = spec.oauth
    if given is None:
        return None
    if given.client_secret:
        return ClientCredentialsOAuthProvider(
            spec.url, memory, given.client_id, given.client_secret, scope=given.scope or None, issuer=given.issuer
        )
    uri = f"http://127.0.0.1:{PORT}/callback"
    metadata = OAuthClientMetadata(
        client_name="aisre-nb",
        redirect_uris=[uri],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
        scope=given.scope or None,
    )
    waiting = _Waiting(spec.name, tell)
    return OAuthClientProvider(spec.url, metadata, memory, waiting.shown, waiting.came_back)


class _Waiting:
    """Shows the page to sign in at, and waits on loopback for the browser to come back."""

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        self._name = name
        self._tell = tell

    async def shown(self, url: str) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise SourceUnreachable(f"{self._name} asks to sign in at what is no web page", "do not use this server")
        self._tell(f"{self._name} asks you to sign in; open {url}")

    async def came_back(self) -> AuthorizationCodeResult:
        came: asyncio.Future[AuthorizationCodeResult] = asyncio.get_running_loop().create_future()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = (await reader.readline()).decode("latin-1").split(" ")
            asked = urlsplit(line[1] if len(line) > 1 else "")
            query = {key: values[0] for key, values in parse_qs(asked.query).items()}
            if asked.path == "/callback" and "code" in query and not came.done():
                came.set_result(AuthorizationCodeResult(**{k: query.get(k) for k in ("code", "state", "iss")}))
            writer.write(_PAGE)
            await writer.drain()
            writer.close()

        try:
            server = await asyncio.start_server(serve, "127.0.0.1", PORT)
        except OSError as error:
            raise SourceUnreachable(
                f"{self._name}: port {PORT} is taken ({error})", "sign in to one at a time"
            ) from None
        async with server:
            return await asyncio.wait_for(came, _PATIENCE)
