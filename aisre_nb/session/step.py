"""A step: one call of a tool, as the cell shows it and a headless run prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Decided
from aisre_nb.tools.tool import Effect


@dataclass(frozen=True)
class Step:
    """One finished call."""

    n: int
    tool: str
    arguments: Mapping[str, Any]
    effect: Effect
    evidence: Evidence | None = None
    error: str = ""
    """One line; empty where the call succeeded."""
    reused: bool = False
    """It was answered from evidence that was there."""
    seconds: float = 0.0
    decision: Decided | None = None
    why: str = ""
    """What the model said when it asked for the call."""

    def as_json(self) -> dict[str, Any]:
        """The object under ``steps`` of a headless run."""
        return {
            "n": self.n,
            "tool": self.tool,
            "arguments": dict(self.arguments),
            "effect": self.effect,
            "decision": self.decision.verdict if self.decision else None,
            "evidence": self.evidence.id if self.evidence else None,
            "error": self.error or None,
            "seconds": round(self.seconds, 3),
        }
