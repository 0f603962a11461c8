"""What a failed request to Claude means: one line for the user, and whether to try again."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from aisre_nb.errors import ContextFull, ModelError, ModelOverloaded, ModelUnavailable
from aisre_nb.models.failure import ELSE, BrokenStream, Failure, line, retry_after

if TYPE_CHECKING:
    from anthropic import APIStatusError

_BUSY = {
    "rate_limit_error": "rate limit reached",
    "overloaded_error": "overloaded",
    "timeout_error": "it took too long",
    "api_error": "server error",
    # Bedrock's, inside of its streams.
    "throttlingException": "rate limit reached",
    "serviceUnavailableException": "overloaded",
    "modelTimeoutException": "it took too long",
    "modelStreamErrorException": "server error",
    "internalServerException": "server error",
}
_SPENT = ("contract_spend_limit_reached", "enforced_spend_limit_reached", "ramp_limit_exceeded")
_FULL = ("prompt is too long", "context window", "context limit", "request_too_large")


def understood(error: Exception, model: str, known: Sequence[str] = (), mend: str = "set ANTHROPIC_API_KEY") -> Failure:
    """Sort a failure of the SDK, of httpx2 or of the stream.

    ``known`` are the names that the API lists; ``mend`` is what gives credentials.
    """
    import anthropic
    import httpx2

    match error:
        case anthropic.APIStatusError():
            return _status(error, model, known, mend)
        case anthropic.APITimeoutError() | httpx2.TimeoutException():
            return _interrupted("stalled")
        case anthropic.APIConnectionError() | httpx2.ConnectError():
            reason = line(str(error.__cause__ or error))
            return Failure(
                ModelUnavailable(f"Claude cannot be reached: {reason}", f"check the network or the proxy, {ELSE}"),
                "not reachable",
            )
        case httpx2.TransportError():
            return _interrupted("the connection was cut")
        case BrokenStream():
            return _interrupted(str(error))
        case _:
            return Failure(ModelUnavailable(f"Claude cannot be used: {line(str(error))}", f"see %sre help, {ELSE}"))


def _interrupted(why: str) -> Failure:
    return Failure(ModelOverloaded(f"Claude did not finish its answer: {why}", f"ask again later, {ELSE}"), why)


def _status(error: APIStatusError, model: str, known: Sequence[str], mend: str) -> Failure:
    # An error event inside a stream comes with status 200: its type says more than the status.
    kind, status = error.type or "", error.status_code
    said = line(error.api_message or error.message)
    if kind == "billing_error" or status == 402 or error.error_code in _SPENT or "credit balance" in said.lower():
        return Failure(
            ModelUnavailable(f"Claude's account has no budget left: {said}", f"raise it at the provider, {ELSE}")
        )
    if kind == "authentication_error" or status == 401:
        return Failure(ModelUnavailable(f"Claude refuses the key: {said}", f"{mend}, {ELSE}"))
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
        asked = retry_after(headers)
        hint = f", it asks to wait {asked:.0f} s" if asked else ""
        busy = ModelOverloaded(f"Claude: {word}{hint}: {said}", f"ask again later, {ELSE}")
        return Failure(busy, "" if headers.get("x-should-retry") == "false" else word, asked)
    return Failure(ModelError(f"Claude refuses the request: {said}", f"%sre model NAME, {ELSE}"), refusal=said)


def unknown(model: str, known: Sequence[str]) -> ModelUnavailable:
    """There is no such model; near names first, else the newest few."""
    near = get_close_matches(model, known, n=4, cutoff=0.5) or list(known[:6])
    names = f"there are {', '.join(near)}" if near else "its names are listed at the provider"
    return ModelUnavailable(f"there is no model {model!r} for this key", f"{names}; %sre model NAME, {ELSE}")
