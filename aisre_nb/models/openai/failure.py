"""What a failed request to an endpoint means: one line for the user, and whether to try again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from aisre_nb.errors import ContextFull, ModelError, ModelOverloaded, ModelUnavailable
from aisre_nb.evidence.invisible import visible
from aisre_nb.models.failure import ELSE, BrokenStream, Failure, line, retry_after
from aisre_nb.models.openai.answer import ErrorEvent
from aisre_nb.models.openai.endpoint import Endpoint

_FULL = re.compile(
    r"context[_ ]length|context[_ ]window|context[_ ]size|maximum context|context limit|prompt is too long"
    r"|n_ctx|max_model_len|too many tokens|input is too long|reduce the length",
    re.IGNORECASE,
)
_LIMITS = (
    re.compile(r"(?:maximum|max) (?:context|model|sequence) length (?:is|of) (\d{3,8})", re.IGNORECASE),
    re.compile(r"context (?:size|window|length|limit)(?: is| of|:)? ?\(?(\d{3,8})", re.IGNORECASE),
    re.compile(r"n_ctx\D{0,6}(\d{3,8})", re.IGNORECASE),
)
_NO_MODEL = re.compile(
    r"model\b.*(not found|does not exist|not exist)|(invalid|unknown) model|model_not_found|not a valid model",
    re.IGNORECASE,
)
"""Of a 400, where others answer 404: LiteLLM, OpenRouter, DeepSeek."""
_SPENT = ("insufficient_quota", "insufficient credits", "exceeded your current quota", "billing")


class Refused(Exception):
    """An answer that is no completion: its status, what it says, and its headers."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str], key: str) -> None:
        super().__init__(f"status {status}")
        self.status = status
        # Servers repeat what they were sent; before it is cut, for half a key is too much.
        self.said = _said(body.replace(key.encode(), b"[key]") if key else body)
        self.headers = headers


def window(said: str) -> int | None:
    """The tokens that fit, where a refusal says so."""
    return next((int(match[1]) for pattern in _LIMITS if (match := pattern.search(said))), None)


def understood(error: Exception, endpoint: Endpoint, model: str, known: Sequence[str]) -> Failure:
    """Sort a failure of the server, of the stream or of httpx2; ``known`` are the models that the server lists."""
    import httpx2

    match error:
        case Refused():
            return _refused(error, endpoint, model, known)
        case ErrorEvent():
            return _refused(_in_stream(error.error, endpoint), endpoint, model, known)
        case BrokenStream():
            return _interrupted(endpoint, str(error))
        case httpx2.ConnectError() | httpx2.ConnectTimeout():
            return _unreachable(endpoint, str(error))
        case httpx2.TimeoutException():
            return _interrupted(endpoint, "it stalled")
        case httpx2.TransportError():
            return _interrupted(endpoint, "the connection was cut")
        case _:
            return _unreachable(endpoint, str(error))


def _refused(error: Refused, endpoint: Endpoint, model: str, known: Sequence[str]) -> Failure:
    status, said = error.status, error.said
    where, low = endpoint.label, said.lower()
    if 300 <= status < 400:
        to = visible(urlsplit(error.headers.get("location", "")).netloc) or "another address"
        told = f"{where}: {endpoint.host} redirects to {to}, which is not followed"
        return Failure(ModelUnavailable(told, "give the address itself: base_url, or openai:MODEL@URL"))
    if status == 402 or any(word in low for word in _SPENT):
        return Failure(ModelUnavailable(f"{where}: no budget is left: {said}", f"raise it at the provider, {ELSE}"))
    if status == 401:
        fix = f"set {endpoint.key_env}" if endpoint.key_env else "name the variable that holds one: key_env"
        return Failure(ModelUnavailable(f"{where}: {endpoint.host} refuses the key: {said}", f"{fix}, {ELSE}"))
    if status == 403:
        return Failure(ModelUnavailable(f"{where}: this key may not use {model}: {said}", f"choose another, {ELSE}"))
    if status == 413 or (status in (400, 422, 500) and _FULL.search(said)):
        full_up = ContextFull(f"the conversation does not fit {where}'s window: {said}", "begin anew with %sre reset")
        return Failure(full_up, refusal=said)
    if status == 404 or (status == 400 and _NO_MODEL.search(said)):
        return Failure(_unknown(endpoint, model, known, said), refusal=said)
    if status in (408, 409, 425, 429) or status >= 500:
        word = "rate limit reached" if status == 429 else "server error"
        asked = retry_after(error.headers)
        hint = f", it asks to wait {asked:.0f} s" if asked else ""
        busy = ModelOverloaded(f"{where}: {word} ({status}){hint}: {said}", f"ask again later, {ELSE}")
        return Failure(busy, word, asked, refusal=said)
    if status == 200:
        told = f"{where}: {endpoint.base_url} answers with something else than a completion: {said}"
        return Failure(ModelUnavailable(told, "look at base_url: it most often ends in /v1"))
    return Failure(ModelError(f"{where} refuses the request: {said}", f"%sre model NAME, {ELSE}"), refusal=said)


def _interrupted(endpoint: Endpoint, why: str) -> Failure:
    return Failure(ModelOverloaded(f"{endpoint.label} did not finish its answer: {why}", f"ask again, {ELSE}"), why)


def _unreachable(endpoint: Endpoint, why: str) -> Failure:
    start = "start it" if endpoint.is_local else "check the network or the proxy"
    told = f"{endpoint.label}: {endpoint.host} cannot be reached: {line(why)}"
    return Failure(ModelUnavailable(told, f"{start}, {ELSE}"), "not reachable")


def _in_stream(error: Any, endpoint: Endpoint) -> Refused:
    """An error event, as the answer that it would have been: its code where that is a status, else 500."""
    code = error.get("code") if isinstance(error, Mapping) else None
    code = int(code) if isinstance(code, str) and code.isdigit() else code
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return Refused(status, json.dumps({"error": error}).encode(), {}, endpoint.key)


def _unknown(endpoint: Endpoint, model: str, known: Sequence[str], said: str) -> ModelUnavailable:
    if not known and "model" not in said.lower():
        told = f"{endpoint.label}: {endpoint.base_url}/chat/completions is not there: {said}"
        return ModelUnavailable(told, "look at base_url: it most often ends in /v1")
    near = get_close_matches(model, known, n=4, cutoff=0.4) or list(known[:6])
    names = f"there are {', '.join(near)}" if near else "%sre model lists what answers"
    pull = f"ollama pull {model}, or: " if endpoint.kind == "ollama" else ""
    return ModelUnavailable(f"{endpoint.host} has no model {model!r}: {said}", f"{pull}{names}; {ELSE}")


def _said(body: bytes) -> str:
    """The message in an error's body, of whatever form."""
    text = body[:20_000].decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return visible(line(re.sub(r"<[^>]*>", " ", text)))
    for key in ("error", "message", "detail", "msg"):
        if isinstance(told, Mapping) and told.get(key):
            told = told[key]
            # OpenRouter puts the provider's own words beside its general ones.
            raw = told.get("metadata", {}) if isinstance(told, Mapping) else {}
            more = raw.get("raw") if isinstance(raw, Mapping) else None
            if isinstance(more, str) and isinstance(told.get("message"), str):
                told = f"{told['message']}: {more}"
            if isinstance(told, Mapping) and isinstance(told.get("n_ctx"), int):
                # llama-server says what fits beside its message.
                told = {**told, "message": f"{told.get('message')} (n_ctx {told['n_ctx']})"}
    told = told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
    return visible(line(told))
