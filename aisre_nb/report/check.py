"""Code decides what stands: each claim's check runs on the evidence that it cites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks import CHECKS
from aisre_nb.report.report import CheckedClaim, Claim, Report, ReportDraft


def check_claims(draft: ReportDraft, evidence: Mapping[str, Evidence]) -> tuple[list[CheckedClaim], list[str]]:
    """The claims with what came of their checks, and the texts of those that cite no evidence that exists."""
    checked: list[CheckedClaim] = []
    dropped: list[str] = []
    for claim in draft.claims:
        cited = [e for e in claim.evidence if e in evidence]
        if not cited:
            dropped.append(claim.text)
            continue
        result, detail = _run(claim, evidence)
        checked.append(
            CheckedClaim(
                text=claim.text,
                evidence=cited,
                essential=claim.essential,
                check=claim.check,
                result=result,
                detail=detail,
            )
        )
    return checked, dropped


def finish(
    draft: ReportDraft,
    question: str,
    evidence: Mapping[str, Evidence],
    pull_requests: list[dict[str, Any]],
    model: str,
    partial: str = "",
) -> Report:
    """The report that is shown. A cause whose proof does not hold becomes *inconclusive*, and a gap says why."""
    claims, dropped = check_claims(draft, evidence)
    outcome, gaps = draft.outcome, list(draft.gaps)
    if outcome == "root_cause":
        failed = [c for c in claims if c.essential and c.result == "failed"]
        if draft.root_cause is None:
            outcome = "inconclusive"
            gaps.append("No cause was named.")
        elif failed:
            outcome = "inconclusive"
            gaps.append(f"The proof is open: “{failed[0].text}” did not hold ({failed[0].detail}).")
        elif not any(c.result == "passed" for c in claims):
            outcome = "inconclusive"
            gaps.append("The proof is open: no claim carries a check that passed.")
    return Report(
        question=question,
        outcome=outcome,
        root_cause=draft.root_cause,
        claims=claims,
        hypotheses=[h.model_copy(update={"evidence": _known(h.evidence, evidence)}) for h in draft.hypotheses],
        timeline=[
            t.model_copy(update={"evidence": _known(t.evidence, evidence)})
            for t in sorted(draft.timeline, key=lambda entry: entry.time)
            if _known(t.evidence, evidence)
        ],
        gaps=gaps,
        impact=draft.impact,
        pull_requests=pull_requests,
        dropped=dropped,
        partial=partial,
        model=model,
    )


def _known(ids: list[str], evidence: Mapping[str, Evidence]) -> list[str]:
    return [e for e in ids if e in evidence]


def _run(claim: Claim, evidence: Mapping[str, Evidence]) -> tuple[Any, str]:
    check = claim.check
    if check is None:
        return "none", ""
    if check.evidence not in evidence:
        return "failed", f"its check cites {check.evidence or 'nothing'}, which does not exist"
    try:
        detail = CHECKS[check.kind](
            check, evidence[check.evidence], [evidence[e] for e in claim.evidence if e in evidence]
        )
    except Exception as error:
        # The check is the model's: one that cannot be run is not passed.
        detail = f"the check cannot be run: {' '.join(str(error).split())[:200]}"
    return ("failed", detail) if detail else ("passed", "")
