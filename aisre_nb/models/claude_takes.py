"""What a Claude model takes in a request.

Models differ: some always think, some refuse a forced tool, some bind a thinking block to all that was sent before it.
The API's list of models says part of it; the rest is learned from the 400 that names what it does not take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NOTES_BETA = "thinking-display-updates-2026-08-18"
BINDING_BETA = "thinking-binding-controls-2026-08-01"


@dataclass
class Takes:
    """What is sent; each goes off or on for good once a 400 said so."""

    adaptive: bool = True
    """Adaptive thinking."""
    notes: bool = True
    """The short texts between calls, which newer models write as thinking: ``display: "updates"``."""
    effort: bool = True
    caching: bool = True
    forced: bool = False
    """A tool may be forced, with thinking off. Newer models refuse both."""
    drop_unbound: bool = False
    """Thinking blocks that no longer match what stands before them are dropped instead of refused."""

    def learn(self, refusal: str) -> bool:
        """Give up (or ask for) what a 400's text names; True where the request is worth sending again."""
        text = refusal.lower()
        for name, words, value in (
            ("drop_unbound", ("different conversation", "block_binding"), True),
            ("forced", ("tool_choice", "thinking.type.disabled", "forced tool"), False),
            ("notes", ("display", "anthropic-beta"), False),
            ("effort", ("effort",), False),
            ("adaptive", ("adaptive", "thinking:"), False),
            ("caching", ("cache_control",), False),
        ):
            if any(word in text for word in words) and getattr(self, name) != value:
                setattr(self, name, value)
                return True
        return False

    def thinking(self, *, off: bool) -> dict[str, Any] | None:
        """The ``thinking`` field; None leaves it out."""
        if off:
            return {"type": "disabled"}
        if not self.adaptive:
            return None
        field: dict[str, Any] = {"type": "adaptive"}
        if self.notes:
            field["display"] = "updates"
        if self.drop_unbound:
            field["block_binding"] = {"prefix_mismatch_behavior": "drop_block"}
        return field

    @property
    def betas(self) -> list[str]:
        """What the ``anthropic-beta`` header has to name."""
        if not self.adaptive:
            return []
        return [NOTES_BETA] * self.notes + [BINDING_BETA] * self.drop_unbound
