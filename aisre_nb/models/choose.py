"""From a name to a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.base import Model

NAMES = (
    "builtin", "claude", "claude-…", "recorded:PATH", "openai:MODEL@URL", "ollama:MODEL", "vllm:MODEL",
    "llamacpp:MODEL", "lmstudio:MODEL", "bedrock:MODEL", "vertex:MODEL",
)  # fmt: skip
"""What can be written: ``claude`` is the newest suitable one, ``claude-opus-5-5`` and the like that one."""

Tables = Mapping[str, Mapping[str, Any]]
"""``[models.NAME]`` of aisre.toml."""

_NONE: Tables = MappingProxyType({})
_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


def choose(name: str | None, environ: Mapping[str, str], configured: Tables = _NONE, then: str | None = None) -> Model:
    """The model of this name; None means Claude where a key is set, else the built-in investigator.

    ``then``: who goes on when it fails for good; several are separated by commas. Raises `ModelUnavailable` (no such
    name, no key, no such record) and `ConfigurationError` (a table of aisre.toml is wrong).
    """
    name = (name or "").strip() or ("claude" if _has_key(environ) else "builtin")
    behind = [other.strip() for other in (then or "").split(",") if other.strip()]
    if not behind:
        return _one(name, environ, configured)
    from aisre_nb.models.then import Then

    return Then([*(_or_failing(each, environ, configured) for each in (name, *behind))])


def _or_failing(name: str, environ: Mapping[str, str], configured: Tables) -> Model:
    """Without its key a model fails at its first turn, and the next one goes on; a wrong name is wrong at once."""
    from aisre_nb.models.then import Unavailable

    if not is_known(name, configured):
        return _one(name, environ, configured)
    try:
        return _one(name, environ, configured)
    except ModelUnavailable as error:
        return Unavailable(name, error)


def is_known(name: str, configured: Tables = _NONE) -> bool:
    """Whether there can be a model of this name, with or without a key."""
    kinds = "|".join(kind.partition(":")[0] for kind in NAMES if ":" in kind)
    return name in ("builtin", "claude", *configured) or bool(re.match(rf"claude-.|({kinds}):", name))


def _one(name: str, environ: Mapping[str, str], configured: Tables) -> Model:
    kind, _, rest = name.partition(":")
    if name in configured:
        from aisre_nb.models.openai import names
        from aisre_nb.models.openai.model import OpenAIModel

        return OpenAIModel(names.configured(name, configured[name], environ))
    if name == "builtin":
        from aisre_nb.models.builtin import BuiltinModel

        return BuiltinModel()
    if name == "claude" or name.startswith("claude-"):
        from aisre_nb.models.claude import ClaudeModel

        return ClaudeModel(
            None if name == "claude" else name,
            api_key=environ.get("ANTHROPIC_API_KEY") or None,
            auth_token=environ.get("ANTHROPIC_AUTH_TOKEN") or None,
            base_url=environ.get("ANTHROPIC_BASE_URL") or None,
        )
    if kind in ("bedrock", "vertex") and rest:
        from aisre_nb.models import claude_platforms

        return claude_platforms.model(kind, rest, environ)
    if kind == "recorded" and rest:
        from aisre_nb.models.recorded import RecordedModel

        return RecordedModel.load(Path(rest).expanduser())
    if kind in ("openai", "ollama", "vllm", "llamacpp", "lmstudio"):
        from aisre_nb.models.openai import names
        from aisre_nb.models.openai.model import OpenAIModel

        endpoint = names.named(name, environ)
        if endpoint is not None:
            return OpenAIModel(endpoint)
    near = get_close_matches(name, ("builtin", "claude", "recorded", *configured), n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    raise ModelUnavailable(f"there is no model {name!r}", f"{guess}write one of {', '.join((*configured, *NAMES))}")


def explain(model: Model) -> str:
    """One line for the user: which model answers, and how to have another."""
    from aisre_nb.models.recorded import RecordedModel
    from aisre_nb.models.then import Then

    if isinstance(model, Then):
        first, *behind = model.names
        free = "" if model.priced else " A price is not known: it counts as 0 USD, and max_usd does not stop it."
        return f"Model: {first}; should it fail, {', then '.join(behind)} goes on from there.{free}"
    if isinstance(model, RecordedModel):
        return f"Model: a record is replayed, {model.turns} turns; nothing is sent and nothing is paid for."
    if model.name == "builtin":
        return (
            "Model: the built-in investigator, which needs no key and no network. "
            "For Claude set ANTHROPIC_API_KEY, then write %sre model claude."
        )
    if model.name == "claude":
        return "Model: Claude, the newest suitable one that the API lists; %sre model NAME takes another."
    to = f" at {endpoint.host}" if (endpoint := getattr(model, "endpoint", None)) else ""
    if not getattr(model, "priced", True):
        return (
            f"Model: {model.name}{to}. Its price is not known here: it counts as 0 USD, and max_usd does not stop it."
        )
    return f"Model: {model.name}{to}; %sre model NAME takes another."


def _has_key(environ: Mapping[str, str]) -> bool:
    return any(environ.get(key) for key in _KEYS)
