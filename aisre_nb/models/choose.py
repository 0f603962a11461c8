"""From a name to a model."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.base import Model

NAMES = ("builtin", "claude", "claude-…", "recorded:PATH")
"""What can be written: ``claude`` is the newest suitable one, ``claude-opus-5-5`` and the like that one."""

_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")


def choose(name: str | None, environ: Mapping[str, str]) -> Model:
    """The model of this name; None means Claude where a key is set, else the built-in investigator.

    Raises `ModelUnavailable`: no such name, no key, no such record.
    """
    name = (name or "").strip() or ("claude" if _has_key(environ) else "builtin")
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
    kind, _, path = name.partition(":")
    if kind == "recorded" and path:
        from aisre_nb.models.recorded import RecordedModel

        return RecordedModel.load(Path(path).expanduser())
    near = get_close_matches(name, ("builtin", "claude", "recorded"), n=1)
    guess = f"did you mean {near[0]}? " if near else ""
    raise ModelUnavailable(f"there is no model {name!r}", f"{guess}write one of {', '.join(NAMES)}")


def explain(model: Model) -> str:
    """One line for the user: which model answers, and how to have another."""
    from aisre_nb.models.recorded import RecordedModel

    if isinstance(model, RecordedModel):
        return f"Model: a record is replayed, {model.turns} turns; nothing is sent and nothing is paid for."
    if model.name == "builtin":
        return (
            "Model: the built-in investigator, which needs no key and no network. "
            "For Claude set ANTHROPIC_API_KEY, then write %sre model claude."
        )
    if model.name == "claude":
        return "Model: Claude, the newest suitable one that the API lists; %sre model NAME takes another."
    if not getattr(model, "priced", True):
        return f"Model: {model.name}. Its price is not known here: it counts as 0 USD, and max_usd does not stop it."
    return f"Model: {model.name}; %sre model NAME takes another."


def available(environ: Mapping[str, str]) -> list[tuple[str, bool, str]]:
    """Name, whether it can be used, and why, of each kind of model; loads none of them."""
    key = next((key for key in _KEYS if environ.get(key)), "")
    return [
        ("builtin", True, "needs no key and no network"),
        ("claude", bool(key), f"{key} is set" if key else "no key → set ANTHROPIC_API_KEY"),
        ("recorded:PATH", True, "replays a record's folder"),
    ]


def _has_key(environ: Mapping[str, str]) -> bool:
    return any(environ.get(key) for key in _KEYS)
