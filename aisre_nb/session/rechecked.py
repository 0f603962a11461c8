"""What code can check again of a record: that its frames are those that were kept, and that its sentences hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aisre_nb.evidence.digest import digest
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.unread import Unread
from aisre_nb.report.check import review
from aisre_nb.report.report import (
    CheckedClaim,
    CheckedEntry,
    CheckedHypothesis,
    CheckedRemedy,
    Claim,
    Hypothesis,
    Remedy,
    Report,
    ReportDraft,
    TimelineEntry,
)

Sentences = Sequence[CheckedClaim | CheckedEntry | CheckedHypothesis | CheckedRemedy]

_WORDS = {"passed": "that it holds", "failed": "that it does not hold", "none": "nothing of a check"}


def of_evidence(evidence: Evidence) -> str:
    """What is wrong with a result that was kept, in one line; empty where all is as it was."""
    frame = evidence.frame
    if isinstance(evidence, Unread) and evidence.missing:
        return f"{evidence.id}: {evidence.missing}, so nothing can be drawn or checked of it"
    if evidence.digest and digest(evidence.query, frame, evidence.facts) != evidence.digest:
        return f"{evidence.id} is not what was kept: somebody changed its frame, its facts or its query since"
    return ""


def of_report(report: Report, evidence: Mapping[str, Evidence]) -> list[str]:
    """Each sentence of which the record says something else than code says now; what cites nothing is left out."""
    found = review(_draft(report), evidence)
    pairs: list[tuple[Sentences, Sentences]] = [
        (report.claims, found.claims),
        (report.contributing, found.contributing),
        (report.impact, found.impact),
        (report.hypotheses, found.hypotheses),
        (report.timeline, found.timeline),
        (report.remediation, found.remediation),
    ]
    said = [line for kept, again in pairs for line in _differences(kept, again)]
    new = [one for one in found.against_cause if one not in report.against] if report.outcome == "root_cause" else []
    return [*said, *(f"against the cause, which the record holds proved: {one}" for one in new)]


def _differences(kept: Sentences, again: Sentences) -> list[str]:
    now = {one.text: one for one in again}
    lines = []
    for one in kept:
        if not one.evidence:
            continue
        checked = now.get(one.text)
        if checked is None:
            lines.append(f"“{_short(one.text)}” cites {', '.join(one.evidence)}, which the record does not hold")
        elif checked.result != one.result:
            why = f": {checked.detail}" if checked.detail else ""
            lines.append(
                f"“{_short(one.text)}”: the record says {_WORDS[one.result]}, and checked again code finds "
                f"{_WORDS[checked.result]}{why}"
            )
    return lines


def _draft(report: Report) -> ReportDraft:
    """As a model would have submitted it; unvalidated, for what an older version kept must be looked at too."""

    def claims(kept: Sequence[CheckedClaim]) -> list[Claim]:
        return [
            Claim.model_construct(text=c.text, evidence=c.evidence, check=c.check, essential=c.essential) for c in kept
        ]

    return ReportDraft.model_construct(
        outcome=report.outcome,
        root_cause=report.root_cause,
        claims=claims(report.claims),
        contributing=claims(report.contributing),
        impact=claims(report.impact),
        hypotheses=[
            Hypothesis.model_construct(text=h.text, verdict=h.verdict, evidence=h.evidence, check=h.check)
            for h in report.hypotheses
        ],
        timeline=[
            TimelineEntry.model_construct(time=t.time, text=t.text, evidence=t.evidence, kind=t.kind)
            for t in report.timeline
        ],
        remediation=[Remedy.model_construct(text=r.text, kind=r.kind, evidence=r.evidence) for r in report.remediation],
        gaps=[],
    )


def _short(text: str) -> str:
    return text if len(text) <= 120 else text[:119] + "…"
