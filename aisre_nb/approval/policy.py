"""What may run without asking, what asks, and what is denied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aisre_nb.errors import ConfigurationError
from aisre_nb.tools.tool import Effect

Name = Literal[
    "read",  # reads run, changes ask; where nobody can be asked, changes are denied
    "ask",  # everything asks
    "all",  # everything runs; only where a person typed it for this run
    "none",  # reads run, changes are denied
]
Ruling = Literal["run", "ask", "deny"]

_RULES: dict[Name, dict[Effect, Ruling]] = {
    "read": {"read": "run", "change": "ask"},
    "ask": {"read": "ask", "change": "ask"},
    "all": {"read": "run", "change": "run"},
    "none": {"read": "run", "change": "deny"},
}
_WORDS: dict[Name, str] = {
    "read": "read: reads run, changes ask",
    "ask": "ask: everything asks",
    "all": "all: everything runs, as it was typed for this run",
    "none": "none: reads run, changes are denied",
}


@dataclass(frozen=True)
class Policy:
    """One of the named policies."""

    name: Name = "read"

    @classmethod
    def parse(cls, text: str) -> Policy:
        """From what was typed. Raises `ConfigurationError`."""
        name = text.strip().lower()
        if name not in _RULES:
            raise ConfigurationError(f"{text!r} is not a policy", f"one of {', '.join(_RULES)}")
        return cls(name)

    def verdict(self, tool: str, effect: Effect) -> Ruling:
        """What happens to a call of this tool; an effect that no rule knows is denied."""
        return _RULES[self.name].get(effect, "deny")

    def describe(self) -> str:
        """One line in words."""
        return _WORDS[self.name]
