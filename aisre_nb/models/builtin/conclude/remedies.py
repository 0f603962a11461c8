"""What mends it: what was proposed, or what a person has to do by hand."""

from __future__ import annotations

from collections.abc import Mapping

from aisre_nb.models.builtin import facts, platform
from aisre_nb.models.builtin.conclude.verdict import Verdict
from aisre_nb.models.builtin.picture import Picture
from aisre_nb.report.report import Remedy, RemedyKind

_KINDS: Mapping[str, RemedyKind] = {"stale_secret": "restart", "revision": "rollback"}
"""By the kind of what Kubernetes found."""


def remedies(picture: Picture, verdict: Verdict) -> list[Remedy]:
    """The pull requests that were opened; without one, the former version or value."""
    opened = [e for e in picture.case.evidence if e.kind == "pull_request"]
    found = []
    for one in opened:
        kind: RemedyKind = "rollback" if facts.word(one.facts, "kind") == "rollback" else "fix"
        number = facts.number(one.facts, "number")
        named = f"#{number:.0f}, " if number is not None else ""
        title = facts.word(one.facts, "title") or one.title
        found.append(Remedy(text=f"Merge {named}{title}.", kind=kind, evidence=[one.id]))
    change, first = picture.change, picture.beginning
    found += [
        Remedy(text=one.remedy, kind=_KINDS.get(one.kind, "other"), evidence=[one.evidence])
        for one in (platform.mending(picture.said, first) if first else ())
    ]
    if picture.condition and verdict.outcome == "root_cause":
        told = picture.condition
        return [*found, Remedy(text=told.remedy, kind="other", evidence=[p.evidence for p in told.proofs[:1]])]
    if not found and verdict.outcome == "root_cause" and change and change.versions:
        kind = "rollback" if change.kind == "deployment" else "configuration"
        text = f"Set {change.service} back to {change.old}."
        found.append(Remedy(text=text, kind=kind, evidence=[change.evidence]))
    return found
