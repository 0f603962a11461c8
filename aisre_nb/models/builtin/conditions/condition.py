"""A cause that is no change, with its proofs."""

from __future__ import annotations

from dataclasses import dataclass

from aisre_nb.models.builtin.changes import Change
from aisre_nb.report.report import Check


@dataclass(frozen=True)
class Proof:
    """One sentence that shows it, with its check."""

    text: str
    evidence: str
    check: Check


@dataclass(frozen=True)
class Condition:
    """A cause that is no change."""

    kind: str
    """As `RootCause.kind`."""
    services: tuple[str, ...]
    """Who is blamed; a zone or a node where it is no service."""
    text: str
    """What happened, in a few words."""
    proofs: tuple[Proof, ...]
    remedy: str
    change: Change | None = None
    """An earlier change that let it come to this: it took away what would have helped."""
