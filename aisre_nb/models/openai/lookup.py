"""What a server says of itself and its models: names, how much fits, prices, whether tools can be called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aisre_nb.models.openai.client import ask
from aisre_nb.models.openai.endpoint import Endpoint, Kind
from aisre_nb.models.pricing import Price

if TYPE_CHECKING:
    from httpx2 import AsyncClient

_OWNERS: dict[str, Kind] = {
    "vllm": "vllm",
    "llamacpp": "llamacpp",
    "library": "ollama",
    "organization_owner": "lmstudio",
}
_WINDOWS = ("max_model_len", "context_length", "context_window", "max_context_length", "max_input_tokens")
"""vLLM; OpenRouter and Together; Groq; Mistral; LiteLLM."""
_LOADING = 300.0
"""Seconds that Ollama may take to load a model."""


@dataclass(frozen=True)
class Listed:
    """One model, as its server tells of it; None where it does not say."""

    name: str
    context: int | None = None
    """Tokens that fit, question and answer together."""
    price: Price | None = None
    tools: bool | None = None


@dataclass(frozen=True)
class Server:
    """What answered."""

    status: int
    """Of the list of models; 0 where nothing answered."""
    models: tuple[Listed, ...] = ()
    kind: Kind = "openai"


async def server(http: AsyncClient, endpoint: Endpoint, seconds: float) -> Server:
    """Its models, and which program it is."""
    status, told = await ask(http, f"{endpoint.base_url}/models", seconds)
    rows = told.get("data") if isinstance(told, Mapping) else told
    rows = [row for row in rows if isinstance(row, Mapping) and _name(row)] if isinstance(rows, list) else []
    owner = next((str(row.get("owned_by")) for row in rows), "")
    kind = endpoint.kind if endpoint.kind != "openai" else _OWNERS.get(owner, "openai")
    return Server(status, tuple(_listed(row) for row in rows), kind)


async def model(
    http: AsyncClient, endpoint: Endpoint, found: Server, name: str, seconds: float, *, load: bool = False
) -> Listed:
    """All that can be known of one model. ``load``: have Ollama load it, which alone says how much it then holds."""
    listed = next((m for m in found.models if m.name in (name, f"{name}:latest")), Listed(name))
    match found.kind:
        case "ollama":
            return await _ollama(http, endpoint, listed, seconds, load)
        case "llamacpp":
            _, told = await ask(http, f"{endpoint.root}/props", seconds)
            settings = told.get("default_generation_settings") if isinstance(told, Mapping) else None
            held = _tokens(settings.get("n_ctx")) if isinstance(settings, Mapping) else None
            return replace(listed, context=held or listed.context)
        case "lmstudio":
            _, told = await ask(http, f"{endpoint.root}/api/v0/models/{name}", seconds)
            if isinstance(told, Mapping):
                held = _tokens(told.get("loaded_context_length")) or _tokens(told.get("max_context_length"))
                return replace(listed, context=held or listed.context)
    return listed


async def _ollama(http: AsyncClient, endpoint: Endpoint, listed: Listed, seconds: float, load: bool) -> Listed:
    _, told = await ask(http, f"{endpoint.root}/api/show", seconds, {"model": listed.name})
    told = told if isinstance(told, Mapping) else {}
    capabilities = told.get("capabilities")
    tools = "tools" in capabilities if isinstance(capabilities, list) else None
    if load:
        # An empty prompt loads it. What does not fit its window then is cut off without a word.
        await ask(http, f"{endpoint.root}/api/generate", _LOADING, {"model": listed.name, "stream": False})
    _, loaded = await ask(http, f"{endpoint.root}/api/ps", seconds)
    rows = loaded.get("models") if isinstance(loaded, Mapping) else None
    names = (listed.name, f"{listed.name}:latest")
    held = next(
        (_tokens(row.get("context_length")) for row in rows or () if isinstance(row, Mapping) and _name(row) in names),
        None,
    )
    return replace(listed, context=held or _num_ctx(told.get("parameters")), tools=tools)


def _num_ctx(parameters: Any) -> int | None:
    """Of ``"num_ctx 8192\\nstop …"``."""
    lines = parameters.splitlines() if isinstance(parameters, str) else []
    found = [line.split() for line in lines]
    return next((_tokens(int(w[1])) for w in found if len(w) == 2 and w[0] == "num_ctx" and w[1].isdigit()), None)


def _name(row: Mapping[str, Any]) -> str:
    name = row.get("id") or row.get("name") or row.get("model")
    return name[:200] if isinstance(name, str) else ""


def _listed(row: Mapping[str, Any]) -> Listed:
    context = next((held for key in _WINDOWS if (held := _tokens(row.get(key)))), None)
    parameters = row.get("supported_parameters")
    tools = "tools" in parameters if isinstance(parameters, list) else None
    return Listed(_name(row), context, _price(row.get("pricing")), tools)


def _price(told: Any) -> Price | None:
    """OpenRouter's: US dollars for one token, as texts."""
    if not isinstance(told, Mapping):
        return None
    try:
        read, written = float(told["prompt"]) * 1e6, float(told["completion"]) * 1e6
        cached = float(told.get("input_cache_read") or told["prompt"]) * 1e6
    except (KeyError, TypeError, ValueError):
        return None
    fine = all(math.isfinite(value) and value >= 0 for value in (read, written, cached))
    return Price(read, written, cached, read) if fine else None


def _tokens(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
