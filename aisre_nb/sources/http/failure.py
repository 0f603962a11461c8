"""What went wrong on the way to a source, in one line that says what to do next."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from typing import Any

from aisre_nb.errors import AisreError, SourceUnreachable, ToolError
from aisre_nb.evidence.invisible import visible
from aisre_nb.sources.http.access import Access

_SAID = 300
"""Characters of what a server says of an error."""


class Refused(SourceUnreachable):
    """The server answered, and with a status that is no success."""

    def __init__(self, status: int, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.status = status


class Understood(ToolError):
    """The server understood who asks, and not what: the question is wrong, and the model reads why."""

    def __init__(self, status: int, message: str, next_step: str = "") -> None:
        super().__init__(message, next_step)
        self.status = status


def of_status(access: Access, status: int, said: str) -> AisreError:
    """For an answer that is no success. ``said``: what the server says of it, a stranger's text."""
    name = f"{access.name} ({access.host})"
    told = f": {quoted(access, said)}" if said.strip() else ""
    match status:
        case 401:
            return Refused(status, f"{name} does not know who asks (401){told}", f"set {_credential(access)} anew")
        case 403:
            return Refused(status, f"{name} refuses what was asked (403){told}", "ask its owner for the right to read")
        case 404:
            return Refused(status, f"{name} has nothing at that address (404){told}", f"look at url = {access.url}")
        case 408 | 504:
            return Refused(status, f"{name} gave up waiting ({status}){told}", "ask for less: a shorter window")
        case 413 | 414 | 431:
            return Understood(status, f"{name} finds the question too long ({status}){told}", "ask for less at once")
        case 429:
            return Refused(status, f"{name} is asked too often (429){told}", "wait, or ask for less at once")
        case _ if 300 <= status < 400:
            return Refused(status, f"{name} sends elsewhere ({status}){told}", f"look at url = {access.url}")
        case _ if 400 <= status < 500:
            return Understood(status, f"{name} refuses the question ({status}){told}", "correct it and ask again")
        case _:
            return Refused(status, f"{name} failed ({status}){told}", "see its log, or ask again later")


def of_exception(access: Access, error: Exception) -> AisreError:
    """For a request that got no whole answer."""
    import httpx2

    name, causes = f"{access.name} ({access.host})", list(_causes(error))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        why = next((str(c.verify_message) for c in causes if isinstance(c, ssl.SSLCertVerificationError)), "")
        return SourceUnreachable(
            f"{name} has a certificate or an encryption that does not hold{f': {why}' if why else ''}",
            'name its authority: ca_file = "ca.pem", or see whether url should begin with http://',
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return SourceUnreachable(f"{name}: no host of that name is known (DNS)", "look at its url, or at the VPN")
    if isinstance(error, httpx2.ConnectTimeout | httpx2.PoolTimeout):
        return SourceUnreachable(
            f"{name} cannot be reached: no connection in time", "is it up, and reachable from here?"
        )
    if isinstance(error, httpx2.TimeoutException):
        return SourceUnreachable(f"{name} gave no answer in time", "ask for less, or set timeout_seconds higher")
    if isinstance(error, httpx2.ConnectError):
        return SourceUnreachable(f"{name} refuses connections", "is it running, and is the port right?")
    if isinstance(error, httpx2.ProxyError):
        return SourceUnreachable(f"the proxy on the way to {name} refuses", "look at HTTPS_PROXY and NO_PROXY")
    if isinstance(error, httpx2.RemoteProtocolError | httpx2.ReadError | httpx2.WriteError | httpx2.CloseError):
        return SourceUnreachable(f"the connection to {name} was cut in the middle of an answer", "ask again")
    if isinstance(error, httpx2.DecodingError):
        return SourceUnreachable(f"{name} sends what cannot be unpacked", "is something else between it and here?")
    return SourceUnreachable(f"{name} cannot be asked: {type(error).__name__}", f"look at url = {access.url}")


def may_pass(error: Exception) -> bool:
    """Whether nothing was answered yet, and a server that is just starting or restarting may be why."""
    import httpx2

    if isinstance(error, httpx2.RemoteProtocolError):
        # A connection of the pool that the server had closed while nobody used it.
        return "without sending" in str(error)
    return isinstance(error, httpx2.ConnectError) and not any(
        isinstance(cause, ssl.SSLError | socket.gaierror) for cause in _causes(error)
    )


def of_answer(access: Access, why: str, next_step: str = "") -> SourceUnreachable:
    """For an answer that cannot be read."""
    return SourceUnreachable(
        f"{access.name} ({access.host}) {why}", next_step or "is that the right url, with its path?"
    )


def quoted(access: Access, said: str) -> str:
    """A server's words: one line, bounded, without what steers a terminal, and without our secrets."""
    text = " ".join(visible(access.hidden(said)).split())
    return text if len(text) <= _SAID else f"{text[:_SAID]}…"


def words(body: bytes, content_type: str) -> str:
    """What a body says of an error: the field that backends use for it, or the text; nothing of a web page."""
    text = body[:20_000].decode("utf-8", "replace")
    if "html" in content_type:
        return ""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(told, dict):
        for name in ("error", "message", "msg", "detail", "reason"):
            value = told.get(name)
            if isinstance(value, dict):
                value = _root(value) or value.get("reason") or value.get("message") or value.get("type")
            if isinstance(value, str) and value:
                return value
        errors = told.get("errors")
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            return str(errors[0].get("msg") or errors[0].get("message") or "")
        return ""
    return told if isinstance(told, str) else ""


def _root(told: dict[str, Any]) -> object:
    """Why it is, where a search says no more at its top than that all shards failed."""
    causes = told.get("root_cause")
    return causes[0].get("reason") if isinstance(causes, list) and causes and isinstance(causes[0], dict) else None


def _credential(access: Access) -> str:
    if not any(name.lower() == "authorization" for name in access.headers):
        return "token_env, or username and password_env,"
    return "its token or password"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
