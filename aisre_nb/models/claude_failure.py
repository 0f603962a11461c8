"""What a failed request to Claude means: one line for the user, and whether to try again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from aisre_nb.errors import ContextFull, ModelError, ModelOverloaded, ModelUnavailable
from aisre_nb.models.claude_stream import BrokenStream

if TYPE_CHECKING:
    from anthropic import APIStatusError
    from httpx2 import Headers

ELSE = "or go on without a key: %sre model builtin"
_BUSY = {
    "rate_limit_error": "rate limit reached",
    "overloaded_error": "overloaded",
    "timeout_error": "it took too long",
    "api_error": "server error",
}
_SPENT = ("contract_spend_limit_reached", "enforced_spend_limit_reached", "ramp_limit_exceeded")
_FULL = ("prompt is too long", "context window", "context limit", "request_too_large")


@dataclass(frozen=True)
class Failure:
    """What one failed try means."""

    error: ModelError
    """What to raise where no further try is made."""
    again: str = ""
    """Why a further try may help, in a word or two; empty where it cannot."""
    asked: float | None = None
    """Seconds that the server asks to wait."""
    refusal: str = ""
    """The text of a 400, from which may be learned what this model does not take."""


def understood(error: Exception, model: str, known: Sequence[str] = ()) -> Failure:
    """Sort a failure of the SDK, of httpx2 or of the stream; ``known`` are the names that the API lists."""
    import anthropic
    import httpx2

    match error:
        case anthropic.APIStatusError():
            return _status(error, model, known)
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return _interrupted("stalled")
        case anthropic.APIConnectionError() | httpx2.ConnectError():
            reason = _line(str(error.__cause__ or error))
            return Failure(
                ModelUnavailable(f"Claude cannot be reached: {reason}", f"check the network or the proxy, {ELSE}"),
                "not reachable",
            )
        case httpx2.TransportError():
            return _interrupted("the connection was cut")
        case BrokenStream():
            return _interrupted(str(error))
        case _:
            return Failure(ModelUnavailable(f"Claude cannot be used: {_line(str(error))}", f"see %sre help, {ELSE}"))


def _interrupted(why: str) -> Failure:
    return Failure(ModelOverloaded(f"Claude did not finish its answer: {why}", f"ask again later, {ELSE}"), why)


def _status(error: APIStatusError, model: str, known: Sequence[str]) -> Failure:
    # An error event inside a stream comes with status 200: its type says more than the status.
    kind, status = error.type or "", error.status_code
    said = _line(error.api_message or error.message)
    if kind == "billing_error" or status == 402 or error.error_code in _SPENT or "credit balance" in said.lower():
        return Failure(
            ModelUnavailable(f"Claude's account has no budget left: {said}", f"raise it at the provider, {ELSE}")
        )
    if kind == "authentication_error" or status == 401:
        return Failure(ModelUnavailable(f"Claude refuses the key: {said}", f"set ANTHROPIC_API_KEY, {ELSE}"))
    if kind == "permission_error" or status == 403:
        return Failure(
            ModelUnavailable(f"this key may not use {model}: {said}", f"choose another: %sre model NAME, {ELSE}")
        )
    if kind == "not_found_error" or status == 404:
        return Failure(unknown(model, known))
    if status == 413 or (status in (200, 400) and any(word in said.lower() for word in _FULL)):
        return Failure(
            ContextFull(f"the conversation does not fit {model}'s window: {said}", "begin anew with %sre reset")
        )
    headers = error.response.headers
    if kind in _BUSY or status in (408, 409, 429) or status >= 500:
        word = _BUSY.get(kind, "rate limit reached" if status == 429 else "server error")
        asked = _asked(headers)
        hint = f", it asks to wait {asked:.0f} s" if asked else ""
        busy = ModelOverloaded(f"Claude: {word}{hint}: {said}", f"ask again later, {ELSE}")
        return Failure(busy, "" if headers.get("x-should-retry") == "false" else word, asked)
    return Failure(ModelError(f"Claude refuses the request: {said}", f"%sre model NAME, {ELSE}"), refusal=said)


def unknown(model: str, known: Sequence[str]) -> ModelUnavailable:
    """There is no such model; near names first, else the newest few."""
    near = get_close_matches(model, known, n=4, cutoff=0.5) or list(known[:6])
    names = f"there are {', '.join(near)}" if near else "its names are listed at the provider"
    return ModelUnavailable(f"there is no model {model!r} for this key", f"{names}; %sre model NAME, {ELSE}")


def _asked(headers: Headers) -> float | None:
    """Seconds of ``retry-after-ms`` or ``Retry-After`` (RFC 9110 10.2.3: seconds, or a date)."""
    from datetime import UTC, datetime

    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = headers.get(name, "")
        try:
            return max(0.0, float(text) / unit)
        except ValueError:
            continue
    try:
        return max(0.0, (parsedate_to_datetime(headers.get("retry-after", "")) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _line(text: str) -> str:
    return " ".join(text.split())[:300].rstrip(" .") or "no reason given"
