"""The services by how likely each is the cause, as one call ranked them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.case import Case

LIKELY = 0.5
"""The probability from which on the first is held to be the cause: it is likelier than all others together."""


@dataclass(frozen=True)
class Candidate:
    """One service."""

    service: str
    probability: float
    signs: tuple[Mapping[str, Any], ...]
    """kind, says, resource, before, now, unit, strength; the strongest first."""


@dataclass(frozen=True)
class Ranking:
    """What `rank_services` brought."""

    evidence: str
    onset: str
    reported: bool
    """Somebody said that something is wrong, and when."""
    candidates: tuple[Candidate, ...]
    gaps: tuple[str, ...]

    @property
    def held(self) -> bool:
        """The first is likely enough to be called the cause."""
        return bool(self.candidates) and self.candidates[0].probability >= LIKELY


def read(case: Case) -> Ranking | None:
    """The newest; None where it was not asked for, or failed."""
    found = case.find("rank_services")
    return _read(found) if found else None


def _read(found: Evidence) -> Ranking:
    rows = facts.rows(found.facts, "ranked")
    candidates = (
        Candidate(facts.word(row, "service"), facts.number(row, "probability") or 0.0, tuple(facts.rows(row, "for")))
        for row in rows
    )
    gaps = facts.at(found.facts, "gaps")
    return Ranking(
        found.id,
        facts.word(found.facts, "onset"),
        facts.at(found.facts, "reported") is True,
        tuple(one for one in candidates if one.service and one.signs),
        tuple(str(gap) for gap in gaps) if isinstance(gaps, list | tuple) else (),
    )
