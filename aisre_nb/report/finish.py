"""From what code found to the report that is shown: the outcome is settled here, not by the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.check import Reviewed, review
from aisre_nb.report.confidence import LEAST, MOST_OPEN, confidence
from aisre_nb.report.contradictions import against, against_no_fault
from aisre_nb.report.proof import obligations
from aisre_nb.report.reading import Reader
from aisre_nb.report.report import Obligation, Outcome, Report, ReportDraft

_NEEDED = ("symptom", "place")
"""Without these a cause is a guess."""


def finish(
    draft: ReportDraft,
    question: str,
    evidence: Mapping[str, Evidence],
    pull_requests: list[dict[str, Any]],
    model: str,
    partial: str = "",
    told: Sequence[str] = (),
    reader: Reader | None = None,
) -> Report:
    """The report that is shown. A cause whose proof does not hold becomes *inconclusive*, and a gap says why."""
    found = review(draft, evidence, told, reader)
    proof = obligations(found.cause, found.claims, found.hypotheses, evidence) if found.cause else []
    speaks_against = list(found.against_cause)
    if found.cause is not None and draft.outcome == "root_cause":
        speaks_against += against(found.cause, evidence)
    elif draft.outcome == "no_fault":
        speaks_against += against_no_fault(evidence)
    sure, grounds = confidence(draft.outcome, found.claims, found.hypotheses, proof, evidence, speaks_against)
    doubts = _doubts(draft.outcome, found, proof, speaks_against, sure)
    outcome: Outcome = "inconclusive" if doubts else draft.outcome
    if outcome == "inconclusive":
        sure = min(sure, MOST_OPEN)
    cause = None if outcome == "no_fault" else found.cause
    open_ = [f"Open, {one.name}: {one.detail}." for one in proof if not one.closed] if cause else []
    return Report(
        question=question,
        outcome=outcome,
        root_cause=cause,
        against=speaks_against,
        claims=found.claims,
        contributing=found.contributing,
        impact=found.impact,
        hypotheses=found.hypotheses,
        timeline=found.timeline,
        remediation=found.remediation,
        gaps=[*found.gaps, *doubts, *(open_ if outcome == "inconclusive" else [])],
        proof=proof if cause else [],
        confidence=sure,
        grounds=grounds,
        pull_requests=pull_requests,
        dropped=found.dropped,
        partial=partial,
        model=model,
    )


def _doubts(
    outcome: Outcome, found: Reviewed, proof: Sequence[Obligation], speaks_against: Sequence[str], sure: float
) -> list[str]:
    """Why the outcome does not stand; empty where it does."""
    if outcome == "inconclusive":
        return []
    said = [
        f"The proof is open: “{claim.text}” did not hold ({claim.detail})."
        for claim in found.claims
        if claim.essential and claim.result == "failed"
    ]
    named = "the cause" if outcome == "root_cause" else "“no fault”"
    said += [f"Against {named}: {one}." for one in speaks_against]
    if outcome == "root_cause" and (found.cause is None or not found.cause.services):
        said.append("No cause was named.")
    if not any(claim.result == "passed" for claim in found.claims):
        said.append("The proof is open: no claim carries a check that passed.")
    elif outcome == "root_cause" and not said:
        missing = [one.name for one in proof if one.name in _NEEDED and not one.closed]
        if missing:
            said.append(f"The proof is open: no essential claim shows the {' and the '.join(missing)}.")
        elif sure < LEAST:
            said.append(f"The evidence carries a confidence of {sure:.0%}, and {LEAST:.0%} is the least for a cause.")
    return said
