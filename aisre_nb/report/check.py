"""Code decides what stands: each sentence is read against the evidence that it cites, and its check is run on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks import CHECKS
from aisre_nb.report.instants import nearest
from aisre_nb.report.reading import Reader
from aisre_nb.report.report import (
    Check,
    CheckedClaim,
    CheckedEntry,
    CheckedHypothesis,
    CheckedRemedy,
    Claim,
    Hypothesis,
    ReportDraft,
    Result,
    RootCause,
)
from aisre_nb.report.topics import missing, spoken_of
from aisre_nb.times import instant

_SAME = timedelta(seconds=60)
_KINDS = ("code", "configuration", "capacity", "dependency", "platform", "traffic", "data")


@dataclass
class Reviewed:
    """All sentences of a draft after code looked at them."""

    claims: list[CheckedClaim] = field(default_factory=list)
    contributing: list[CheckedClaim] = field(default_factory=list)
    impact: list[CheckedClaim] = field(default_factory=list)
    hypotheses: list[CheckedHypothesis] = field(default_factory=list)
    timeline: list[CheckedEntry] = field(default_factory=list)
    remediation: list[CheckedRemedy] = field(default_factory=list)
    cause: RootCause | None = None
    against_cause: list[str] = field(default_factory=list)
    """What in the words of the cause stands in no evidence."""
    gaps: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    """Sentences that cite nothing, or nothing that exists."""

    @property
    def failed(self) -> list[tuple[str, str]]:
        """Each sentence that does not hold, with what contradicts it."""
        found = [(c.text, c.detail) for c in (*self.claims, *self.contributing, *self.impact) if c.result == "failed"]
        found += [(one.text, one.detail) for one in self.hypotheses if one.result == "failed"]
        found += [(one.text, one.detail) for one in self.timeline if one.result == "failed"]
        found += [(one.text, one.detail) for one in self.remediation if one.result == "failed"]
        return found + [(self.cause.summary, detail) for detail in self.against_cause if self.cause]


def check_claims(
    draft: ReportDraft, evidence: Mapping[str, Evidence], reader: Reader | None = None
) -> tuple[list[CheckedClaim], list[str]]:
    """The claims with what came of their checks, and the texts of those that cite no evidence that exists.

    Never raises: a check that cannot be run is one that failed.
    """
    found = Reviewed()
    claims = _claims(draft.claims, evidence, reader or Reader(evidence), found)
    return claims, found.dropped


def review(
    draft: ReportDraft, evidence: Mapping[str, Evidence], told: Sequence[str] = (), reader: Reader | None = None
) -> Reviewed:
    """Look at every sentence. ``told``: what the session itself said (errors, limits), which a gap may repeat."""
    reader = reader or Reader(evidence)
    found = Reviewed()
    found.claims = _claims(draft.claims, evidence, reader, found)
    found.contributing = _claims(draft.contributing, evidence, reader, found)
    found.impact = _claims(draft.impact, evidence, reader, found)
    found.hypotheses = [_hypothesis(one, evidence, reader) for one in draft.hypotheses]
    _timeline(draft, evidence, reader, found)
    _remedies(draft, evidence, reader, found)
    _cause(draft, evidence, reader, found)
    _gaps(draft, told, reader, found)
    return found


def _claims(
    claims: Sequence[Claim], evidence: Mapping[str, Evidence], reader: Reader, found: Reviewed
) -> list[CheckedClaim]:
    checked: list[CheckedClaim] = []
    for claim in claims:
        cited = _known([*claim.evidence, *_of_check(claim.check)], evidence)
        if not cited:
            found.dropped.append(claim.text)
            continue
        result, detail = _run(claim.check, [evidence[one] for one in cited], evidence)
        problems = reader.problems(claim.text, cited, claim.check)
        if problems and result != "failed":
            result, detail = "failed", problems[0]
        told = claim.model_dump(include={"text", "essential", "check"})
        checked.append(CheckedClaim.model_validate({**told, "evidence": cited, "result": result, "detail": detail}))
    return checked


def _of_check(check: Check | None) -> list[str]:
    return [check.evidence, check.than_evidence] if check else []


def _hypothesis(hypothesis: Hypothesis, evidence: Mapping[str, Evidence], reader: Reader) -> CheckedHypothesis:
    """A verdict that no check carries is none; a text that its evidence contradicts is struck."""
    cited = _known([*hypothesis.evidence, *_of_check(hypothesis.check)], evidence)
    result, detail = _run(hypothesis.check, [evidence[one] for one in cited], evidence)
    problems = reader.problems(hypothesis.text, cited, hypothesis.check, claims=False)
    if problems and result != "failed":
        result, detail = "failed", problems[0] if cited else "it cites no evidence that exists"
    verdict = hypothesis.verdict if result == "passed" else "open"
    told = hypothesis.model_dump() | {"evidence": cited, "verdict": verdict, "result": result, "detail": detail}
    return CheckedHypothesis.model_validate(told)


def _timeline(draft: ReportDraft, evidence: Mapping[str, Evidence], reader: Reader, found: Reviewed) -> None:
    """By time; without the entries that cite nothing, or whose time is none."""
    dated: list[tuple[datetime, CheckedEntry]] = []
    for entry in draft.timeline:
        cited = _known(entry.evidence, evidence)
        try:
            at = instant(entry.time, datetime.now(UTC))
            there = nearest(at, [evidence[one] for one in cited])
        except Exception:
            cited = []
        if not cited:
            found.dropped.append(f"{entry.time} {entry.text}")
            continue
        problems = reader.problems(entry.text, cited, claims=False)
        if there is None or abs(there - at) > _SAME:
            problems.insert(0, f"{entry.time} is not in {', '.join(cited)}")
        elif not problems and reader.causal(entry.text):
            problems.append("a timeline says what happened, not what caused it")
        told = entry.model_dump() | {"evidence": cited, **_held(problems)}
        dated.append((at, CheckedEntry.model_validate(told)))
    found.timeline = [entry for _, entry in sorted(dated, key=lambda pair: pair[0])]


def _remedies(draft: ReportDraft, evidence: Mapping[str, Evidence], reader: Reader, found: Reviewed) -> None:
    for remedy in draft.remediation:
        cited = _known(remedy.evidence, evidence)
        if not cited:
            found.dropped.append(remedy.text)
            continue
        problems = reader.problems(remedy.text, cited, claims=False)
        told = remedy.model_dump() | {"evidence": cited, **_held(problems)}
        found.remediation.append(CheckedRemedy.model_validate(told))


def _cause(draft: ReportDraft, evidence: Mapping[str, Evidence], reader: Reader, found: Reviewed) -> None:
    """Its services, change and place must stand in evidence, and so must whatever its summary states."""
    cause = draft.root_cause
    if cause is None:
        return
    held = [claim for claim in found.claims if claim.result == "passed"]
    cited = _known(cause.evidence, evidence) or _known([one for claim in held for one in claim.evidence], evidence)
    against = [f"no evidence speaks of a service {s}" for s in cause.services if s not in reader.services]
    against += (
        f"{change} stands in no evidence"
        for part in cause.change.split(";")
        if (change := part.strip()) and not reader.held_by_one(change)
    )
    place = cause.location
    against += [f"{place} stands in no evidence"] if place and not reader.held_by_one(place) else []
    if cause.kind and cause.kind not in _KINDS:
        against.append(f"{cause.kind} is no kind of cause")
    against += reader.problems(cause.summary, cited, claims=False) if cited else ["it cites no evidence"]
    told = " ".join(f"{claim.text} {claim.check.expected if claim.check else ''}" for claim in held)
    # What it is said to fail of is not just anywhere in the evidence: a claim that holds says it.
    unclaimed = missing(spoken_of(cause.summary), told)
    against += [f"no claim that holds speaks of any {word}" for word in unclaimed] if held else []
    found.against_cause = against
    ranked = [service for service in cause.ranked if service in reader.services]
    found.dropped += [f"ranked: {s}" for s in cause.ranked if s not in reader.services]
    found.cause = cause.model_copy(update={"evidence": cited, "ranked": ranked})


def _gaps(draft: ReportDraft, told: Sequence[str], reader: Reader, found: Reviewed) -> None:
    """What was not looked at cites nothing; but a figure in it that nobody ever saw has no place there."""
    for gap in draft.gaps:
        rest = gap
        for known in filter(None, told):
            # What the session said may be repeated, whole or in part; what is put beside it is read like all else.
            rest = "" if gap in known else rest.replace(known, "")
        if not reader.unseen_figures(rest):
            found.gaps.append(gap)
        else:
            found.dropped.append(gap)


def _held(problems: Sequence[str]) -> dict[str, Any]:
    return {"result": "failed", "detail": problems[0]} if problems else {"result": "none", "detail": ""}


def _known(ids: Sequence[str], evidence: Mapping[str, Evidence]) -> list[str]:
    return [one for one in dict.fromkeys(ids) if one in evidence]


def _run(check: Check | None, cited: Sequence[Evidence], evidence: Mapping[str, Evidence]) -> tuple[Result, str]:
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
