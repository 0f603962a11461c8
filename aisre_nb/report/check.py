"""Code decides what stands: each claim's check runs on the evidence that it cites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks import CHECKS
from aisre_nb.report.report import (
    CheckedClaim,
    CheckedEntry,
    CheckedHypothesis,
    Claim,
    Hypothesis,
    Outcome,
    Report,
    ReportDraft,
    TimelineEntry,
)
from aisre_nb.times import instant


def check_claims(draft: ReportDraft, evidence: Mapping[str, Evidence]) -> tuple[list[CheckedClaim], list[str]]:
    """The claims with what came of their checks, and the texts of those that cite no evidence that exists.

    Never raises: a check that cannot be run is one that failed.
    """
    return _checked(draft.claims, evidence)


def _checked(claims: Sequence[Claim], evidence: Mapping[str, Evidence]) -> tuple[list[CheckedClaim], list[str]]:
    checked: list[CheckedClaim] = []
    dropped: list[str] = []
    for claim in claims:
        cited = _known([*claim.evidence, *([claim.check.evidence] if claim.check else [])], evidence)
        if not cited:
            dropped.append(claim.text)
            continue
        result, detail = _run(claim, [evidence[one] for one in cited], evidence)
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
    contributing, more = _checked(draft.contributing, evidence)
    impact, others = _checked(draft.impact, evidence)
    doubt = _doubt(draft, claims)
    outcome: Outcome = "inconclusive" if doubt else draft.outcome
    return Report(
        question=question,
        outcome=outcome,
        root_cause=None if outcome == "no_fault" else draft.root_cause,
        claims=claims,
        contributing=contributing,
        impact=impact,
        hypotheses=[_hypothesis(one, evidence) for one in draft.hypotheses],
        timeline=_timeline(draft.timeline, evidence),
        gaps=[*draft.gaps, *([doubt] if doubt else [])],
        pull_requests=pull_requests,
        dropped=[*dropped, *more, *others],
        partial=partial,
        model=model,
    )


def _doubt(draft: ReportDraft, claims: list[CheckedClaim]) -> str:
    """Why the outcome does not stand; empty where it does."""
    if draft.outcome == "inconclusive":
        return ""
    failed = next((claim for claim in claims if claim.essential and claim.result == "failed"), None)
    if failed is not None:
        return f"The proof is open: “{failed.text}” did not hold ({failed.detail})."
    if draft.outcome == "root_cause" and draft.root_cause is None:
        return "No cause was named."
    if draft.outcome == "root_cause" and not any(claim.result == "passed" for claim in claims):
        return "The proof is open: no claim carries a check that passed."
    return ""


def _hypothesis(hypothesis: Hypothesis, evidence: Mapping[str, Evidence]) -> CheckedHypothesis:
    """A verdict that rests on nothing is none."""
    known = _known(hypothesis.evidence, evidence)
    told = hypothesis.model_dump()
    return CheckedHypothesis.model_validate(
        {**told, "evidence": known, "verdict": hypothesis.verdict if known else "open"}
    )


def _timeline(entries: list[TimelineEntry], evidence: Mapping[str, Evidence]) -> list[CheckedEntry]:
    """By time; without the entries that cite nothing, or whose time is none."""
    dated = []
    for entry in entries:
        known = _known(entry.evidence, evidence)
        try:
            at = instant(entry.time, datetime.now(UTC))
        except Exception:
            continue
        if known:
            dated.append((at, CheckedEntry.model_validate({**entry.model_dump(), "evidence": known})))
    return [entry for _, entry in sorted(dated, key=lambda pair: pair[0])]


def _known(ids: list[str], evidence: Mapping[str, Evidence]) -> list[str]:
    return [one for one in dict.fromkeys(ids) if one in evidence]


def _run(
    claim: Claim, cited: list[Evidence], evidence: Mapping[str, Evidence]
) -> tuple[Literal["passed", "failed", "none"], str]:
    check = claim.check
    if check is None:
        return "none", ""
    if check.evidence not in evidence:
        return "failed", f"its check cites {check.evidence or 'nothing'}, which does not exist"
    try:
        detail = CHECKS[check.kind](check, evidence[check.evidence], cited)
    except Exception as error:
        # The check is the model's: one that cannot be run is not passed.
        message = getattr(error, "message", "") or f"{type(error).__name__}: {error}"
        detail = f"the check cannot be run: {' '.join(message.split())[:200]}"
    return ("failed", detail) if detail else ("passed", "")
