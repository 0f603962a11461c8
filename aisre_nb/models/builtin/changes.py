"""Deployments and other changes, and which of them fits the onset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aisre_nb.analysis.change_ranking import Changed, Fit, Trouble, fits
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts

SOON = timedelta(minutes=15)
"""A fault that a change brings shows within this time, in most cases; later ones need more proof."""
_SYMPTOMS = {"k8s_event"}
"""Kinds that report what happened, rather than what somebody did."""


@dataclass(frozen=True)
class Change:
    """One row of a list of changes."""

    evidence: str
    time: str
    """RFC 3339, exactly as the evidence has it."""
    kind: str
    service: str
    title: str
    old: str
    new: str
    manifest: str

    @property
    def at(self) -> datetime:
        """When."""
        found = facts.time(self.time)
        assert found is not None
        return found

    @property
    def label(self) -> str:
        """``"billing 3.4.1 → 3.5.0"``; what is no deployment goes by its title."""
        values = f"{self.old} → {self.new}" if self.old and self.new else self.new or self.old
        if self.kind == "deployment" or not self.title:
            return f"{self.service} {values or self.kind}"
        shown = f" ({values})" if values and values not in self.title else ""
        return f"{self.service}: {self.title}{shown}" if self.service else f"{self.title}{shown}"

    @property
    def versions(self) -> bool:
        """It says from which version to which."""
        return bool(self.old and self.new and self.old != self.new)


def read(evidence: Evidence) -> list[Change]:
    """All changes with a time, in the order of the evidence."""
    return [
        Change(
            evidence.id,
            facts.word(row, "time"),
            facts.word(row, "kind") or "deployment",
            facts.word(row, "service") or _node(facts.word(row, "kind"), facts.word(row, "title")),
            facts.word(row, "title"),
            _version(facts.word(row, "from")),
            _version(facts.word(row, "to")),
            facts.word(row, "manifest"),
        )
        for row in facts.rows(evidence.facts, "changes")
        if facts.time(facts.word(row, "time"))
    ]


def nearest(changes: Sequence[Change], service: str, latest: datetime) -> Change | None:
    """The last change of a service not after ``latest``; deployments before other kinds of the same quarter hour."""
    before = [c for c in changes if c.service == service and c.at <= latest and c.kind not in _SYMPTOMS]
    if not before:
        return None
    last = max(c.at for c in before)
    return max(before, key=lambda c: (c.kind == "deployment" and last - c.at <= SOON, c.at))


_FITS, _FAR_BETTER, _SAME_STORY = 0.28, 2.0, 0.6


def ranked(changes: Sequence[Change], trouble: Trouble, calls: Iterable[tuple[str, str]]) -> list[Fit]:
    """How well each fits, the best first."""
    return fits([Changed(c.at, c.kind, c.service, c.title) for c in changes], trouble, calls)


def outstanding(changes: Sequence[Change], found: Sequence[Fit]) -> Change | None:
    """The change that fits, where that of no other service comes near.

    A commit, its deployment and what the platform then says of the same thing are one story: of these the one is taken
    that says from what to what.
    """
    if not found or found[0].score < _FITS:
        return None
    service = changes[found[0].nth].service
    rival = next((fit for fit in found if changes[fit.nth].service != service), None)
    if rival and found[0].score < _FAR_BETTER * rival.score:
        return None
    near = [changes[fit.nth] for fit in found if fit.score >= _SAME_STORY * found[0].score]
    story = [change for change in near if change.service == service]
    return next((change for change in story if change.versions), story[0])


def _node(kind: str, title: str) -> str:
    """The node that an event of the cluster itself is about."""
    found = re.search(r"\bnode[ /]([\w][\w.-]*)", title, re.IGNORECASE) if kind == "k8s_event" else None
    return found[1] if found else ""


def _version(text: str) -> str:
    """The tag of an image's full name; anything else as it is."""
    found = re.search(r"[\w.-]+/[^\s@]*:([\w.-]+)(?:@|$)", text) or re.fullmatch(r"[\w.-]+:(\w[\w.-]*)", text)
    return found.group(1) if found else text
