"""What a tool's handler returns, before it is numbered and redacted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence, EvidenceKind
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ToolResult:
    """What a handler returns; the session turns it into `Evidence` (number, redaction, text, digest)."""

    kind: EvidenceKind
    title: str
    summary: str
    frame: pd.DataFrame | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    query: str = ""
    window: Window | None = None
    text: str = ""
    """Replaces the generated text for the model; still bounded and redacted."""
    link: str | None = None
    notes: tuple[str, ...] = ()
    """What was not seen, or was cut: each becomes a gap of the report."""


def as_result(evidence: Evidence) -> ToolResult:
    """Evidence as what its tool returned."""
    return ToolResult(
        evidence.kind, evidence.title, evidence.summary, evidence.frame, evidence.facts, evidence.source,
        evidence.query, evidence.window, evidence.text if evidence.kind == "text" else "", evidence.link,
    )  # fmt: skip
