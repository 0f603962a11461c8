"""What must be shown for a cause to be the cause, and which claims show it. Closed, or visibly open.

A cause is proved when it is shown that something is wrong (symptom), that it begins there (place), what did it
(mechanism), that what did it came first (order), and that something else did not do it (alternatives). Only essential
claims count, and only where their check ran and held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.contradictions import serves
from aisre_nb.report.report import CheckedClaim, CheckedHypothesis, Obligation, RootCause

_DECIDES = {
    "symptom": "a change of the service's signals, or of its logs, at the onset",
    "place": "failing requests that begin in it, or its own signals changing first",
    "mechanism": "the line of its log, change, source or state that shows what breaks",
    "order": "a time of the change and one of the onset, in this order",
    "alternatives": "another cause that was looked for and refuted by a check",
}
_WHAT_IT_DID = ("logs", "diff", "file", "deployments", "trace", "traces", "table", "text", "alerts")


def obligations(
    cause: RootCause,
    claims: Sequence[CheckedClaim],
    hypotheses: Sequence[CheckedHypothesis],
    evidence: Mapping[str, Evidence],
) -> list[Obligation]:
    """Each with what shows it, or with what would decide it."""

    def shown(by: Callable[[CheckedClaim], bool]) -> list[int]:
        held = [n for n, claim in enumerate(claims) if claim.essential and claim.result == "passed" and claim.check]
        return [n for n in held if by(claims[n])]

    refuted = [h for h in hypotheses if h.verdict == "refuted" and h.result == "passed"]
    ordered = shown(lambda c: _kind(c) in ("before", "first_seen"))
    found = {
        "symptom": shown(lambda c: _is_symptom(c, evidence)),
        "place": shown(lambda c: _is_place(c, cause, evidence)),
        "mechanism": shown(lambda c: _is_mechanism(c, cause, evidence)),
        "order": ordered,
    }
    made = [
        Obligation(name=name, closed=bool(places), detail=_detail(name, places, claims), claims=places)
        for name, places in found.items()
        if name != "order" or cause.change
    ]
    told = refuted[0].text if refuted else f"what would decide: {_DECIDES['alternatives']}"
    return [*made, Obligation(name="alternatives", closed=bool(refuted), detail=told)]


def _detail(name: str, places: Sequence[int], claims: Sequence[CheckedClaim]) -> str:
    return claims[places[0]].text if places else f"what would decide: {_DECIDES[name]}"


def _kind(claim: CheckedClaim) -> str:
    return claim.check.kind if claim.check else ""


def _is_symptom(claim: CheckedClaim, evidence: Mapping[str, Evidence]) -> bool:
    check = claim.check
    if check is None or check.evidence not in evidence:
        return False
    kind = evidence[check.evidence].kind
    if check.kind in ("changed", "onset", "share", "correlated"):
        return True
    if check.kind == "value" and check.column.startswith("signals."):
        return True
    return kind in ("alerts", "logs", "trace", "traces", "table") and check.kind in ("value", "contains", "first_seen")


def _is_place(claim: CheckedClaim, cause: RootCause, evidence: Mapping[str, Evidence]) -> bool:
    check = claim.check
    if check is None or check.evidence not in evidence:
        return False
    if check.column.endswith("origin.service"):
        return str(check.expected) in cause.services
    if not _about(check.evidence, check.where, cause, evidence):
        return False
    kind = evidence[check.evidence].kind
    if kind in ("deployments", "alerts"):
        # A job, a node or a volume has no signals of its own: what was done to it, befell it or fires of it is its
        # place.
        return check.kind == "value" and not serves(check.where.get("service", ""), evidence)
    return check.kind in ("changed", "onset", "share", "first_seen", "correlated") or kind in ("logs", "table")


def _is_mechanism(claim: CheckedClaim, cause: RootCause, evidence: Mapping[str, Evidence]) -> bool:
    check = claim.check
    if (
        check is None
        or check.evidence not in evidence
        or check.kind not in ("contains", "absent", "value", "first_seen", "share")
    ):
        return False
    kind = evidence[check.evidence].kind
    if kind not in _WHAT_IT_DID or check.column.endswith("origin.service"):
        return False
    return kind == "file" or _about(check.evidence, check.where, cause, evidence)


def _about(number: str, where: Mapping[str, str], cause: RootCause, evidence: Mapping[str, Evidence]) -> bool:
    """The evidence, or the rows that are picked, are about a service that is blamed."""
    one = evidence[number]
    named = {str(one.facts.get("service", "")), str(one.arguments.get("service", "")), where.get("service", "")}
    return bool(named & set(cause.services))
