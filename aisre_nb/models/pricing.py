"""What Claude's tokens cost.

US dollars for a million tokens on the Claude API, standard tier, caches of five minutes. Source:
https://platform.claude.com/docs/en/about-claude/pricing and the models' own pages, as published in October 2026
(Sonnet 5.5's cache reads were halved on 2026-10-07). Discounts and regional surcharges are not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from aisre_nb.models.base import Usage


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens of each kind."""

    input: float
    output: float
    cache_read: float
    cache_write: float

    def cost(self, usage: Usage) -> float:
        """US dollars for these tokens."""
        millionths = (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_read_tokens * self.cache_read
            + usage.cache_write_tokens * self.cache_write
        )
        return millionths / 1_000_000


_FABLE_5_1 = Price(10.0, 50.0, 0.25, 12.5)
_FABLE_5 = Price(10.0, 50.0, 1.0, 12.5)
_OPUS = Price(5.0, 25.0, 0.5, 6.25)
_SONNET_4 = Price(3.0, 15.0, 0.3, 3.75)

_PRICES = {
    "claude-fable-5-1": _FABLE_5_1,
    "claude-mythos-5-1": _FABLE_5_1,
    "claude-fable-5": _FABLE_5,
    "claude-mythos-5": _FABLE_5,
    "claude-opus-5-5": Price(4.0, 20.0, 0.2, 5.0),
    "claude-opus-5": _OPUS,
    "claude-opus-4-8": _OPUS,
    "claude-opus-4-7": _OPUS,
    "claude-opus-4-6": _OPUS,
    "claude-opus-4-5": _OPUS,
    "claude-sonnet-5-5": Price(2.0, 10.0, 0.1, 2.5),
    "claude-sonnet-5": Price(2.0, 10.0, 0.2, 2.5),
    "claude-sonnet-4-6": _SONNET_4,
    "claude-sonnet-4-5": _SONNET_4,
    "claude-haiku-5-5": Price(0.1, 0.5, 0.01, 0.125),
    "claude-haiku-4-5": Price(1.0, 5.0, 0.1, 1.25),
}
_LONG_PROMPT = 100_000
_LONG = {"claude-haiku-5-5": Price(0.5, 2.5, 0.05, 0.625)}
"""What a whole request costs, output included, when its prompt is longer than ``_LONG_PROMPT`` tokens."""

_DATE = re.compile(r"[-@]20\d{6}$")
_PLATFORM = re.compile(r"^(?:\w+:)?(?:\w+\.)?anthropic\.|^vertex:|-v\d+(?::\d+)?$")
"""What Bedrock and Vertex write before and behind a model's name."""


def price(model: str, prompt_tokens: int = 0) -> Price | None:
    """The price of a model, with or without a date behind its name; None where it is not known."""
    name = _DATE.sub("", _PLATFORM.sub("", model))
    if prompt_tokens > _LONG_PROMPT and name in _LONG:
        return _LONG[name]
    return _PRICES.get(name)


def cost(model: str, usage: Usage) -> float:
    """US dollars for one request; 0 where the price is not known (see `price`)."""
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    known = price(model, prompt)
    return known.cost(usage) if known else 0.0
