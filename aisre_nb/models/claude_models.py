"""Which of the models that the API lists is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.errors import ModelUnavailable

if TYPE_CHECKING:
    from anthropic.types import ModelInfo

_LINES = ("opus", "sonnet", "fable", "haiku")
_WINDOW = 150_000
"""Tokens: an investigation's results and its instructions, with room to think."""


def newest_suitable(models: Sequence[ModelInfo]) -> ModelInfo:
    """The newest Opus; where there is none the newest Sonnet, then Fable, then Haiku, then any other.

    Suitable is a model that is active (neither deprecated nor retired), thinks adaptively, and whose window holds
    150,000 tokens; what the API does not say of a model counts as suitable. Opus and Sonnet come first because they are
    made for long work with tools at a price that fits the default budget. Raises `ModelUnavailable`.
    """
    suitable = [model for model in models if _suits(model)]
    if not suitable:
        listed = f"; it lists {', '.join(model.id for model in models[:6])}" if models else ""
        raise ModelUnavailable(
            f"the API lists no active model with adaptive thinking and a window of {_WINDOW:,} tokens{listed}",
            "name one: %sre model NAME, or %sre model builtin",
        )
    return min(suitable, key=_order)


def takes_disabled_thinking(model: ModelInfo | None) -> bool:
    """Whether thinking can be turned off, and so a tool be forced; not where the API does not say."""
    return _thinking(model, "disabled") is True if model else False


def output_limit(model: ModelInfo | None) -> int | None:
    """Tokens that one answer may have at most, where the API says so."""
    limit = model.to_dict().get("max_tokens") if model else None
    return limit if isinstance(limit, int) and limit > 0 else None


def _suits(model: ModelInfo) -> bool:
    told = model.to_dict()
    window = told.get("max_input_tokens")
    wide = window is None or (isinstance(window, int) and window >= _WINDOW)
    return told.get("lifecycle", "active") == "active" and wide and _thinking(model, "adaptive") is not False


def _order(model: ModelInfo) -> tuple[int, float]:
    told = model.to_dict()
    line, released = told.get("line"), told.get("created_at")
    rank = _LINES.index(line) if line in _LINES else len(_LINES)
    return rank, -released.timestamp() if isinstance(released, datetime) else 0.0


def _thinking(model: ModelInfo, kind: str) -> object:
    """Whether it takes this type of thinking; None where the API (or a gateway before it) does not say."""
    told: object = model.to_dict()
    for key in ("capabilities", "thinking", "types", kind, "supported"):
        told = told.get(key) if isinstance(told, dict) else None
    return told
