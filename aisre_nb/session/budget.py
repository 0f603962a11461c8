"""What one question may cost, and when it turns in circles."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from aisre_nb.models.base import Usage
from aisre_nb.settings import Settings

_PATIENCE = 4
"""Turns in a row that may bring nothing new before the breaker asks for the report."""


@dataclass
class Budget:
    """Counts one question's steps, tokens, money and seconds."""

    settings: Settings
    steps: int = 0
    turns: int = 0
    usage: Usage = field(default_factory=Usage)
    idle: int = 0
    """Turns in a row without new evidence."""
    started: float = field(default_factory=time.monotonic)
    waited: float = 0.0
    """Seconds that a person took to decide; they are not the investigation's."""
    ended: float | None = None
    """How long it took, once it is over."""

    @property
    def seconds(self) -> float:
        """How long it has run, without the waits for a person."""
        return time.monotonic() - self.started - self.waited if self.ended is None else self.ended

    def end(self) -> None:
        """The question is over: its seconds count no further."""
        self.ended = self.seconds

    def turn(self, usage: Usage) -> None:
        """A turn was paid for."""
        self.turns += 1
        self.usage = self.usage + usage

    def learned(self, new: bool) -> None:
        """A turn's calls are done; ``new``: they brought evidence that was not there."""
        self.idle = 0 if new else self.idle + 1

    def limit(self) -> str:
        """The limit that is reached, in words; empty where there is none."""
        s, tokens = self.settings, self.usage.input_tokens + self.usage.output_tokens
        if self.steps >= s.max_steps:
            return f"the limit of {s.max_steps} steps is reached"
        if self.usage.cost_usd >= s.max_usd:
            return f"the limit of {s.max_usd:g} USD is reached"
        if tokens >= s.max_tokens:
            return f"the limit of {s.max_tokens} tokens is reached"
        if self.seconds >= s.max_seconds:
            return f"the limit of {s.max_seconds:g} s is reached"
        if self.idle >= _PATIENCE:
            return f"{_PATIENCE} turns in a row brought nothing new"
        return ""

    def as_json(self) -> dict[str, float]:
        """The object under ``usage`` of a headless run."""
        told = {
            "input_tokens": self.usage.input_tokens + self.usage.cache_read_tokens + self.usage.cache_write_tokens,
            "output_tokens": self.usage.output_tokens,
            "cost_usd": round(self.usage.cost_usd, 6),
            "turns": self.turns,
        }
        return told | ({"estimated_tokens": self.usage.estimated_tokens} if self.usage.estimated_tokens else {})
