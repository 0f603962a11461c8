"""How sure a report may be, computed from its evidence and never asked of a model.

A weighted mean of four shares, each of which is shown: what was looked at, how much of the proof is closed, how many
checks held, and how many alternatives were refuted. An open proof caps it, and so does anything that speaks against
the cause. The weights are this project's own; how often answers of a confidence are right is measured by the bench.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import CheckedClaim, CheckedHypothesis, Ground, Obligation, Outcome

LEAST = 0.5
"""Below it a cause is not called the cause."""
MOST_OPEN = 0.45
"""… and a candidate that is not called the cause has no more than this."""
_WEIGHTS = {"looked at": 0.15, "proof": 0.45, "checks": 0.2, "alternatives": 0.2}
_WEIGHTS_OF_NO_FAULT = {"looked at": 0.5, "checks": 0.5}
_CAP = 0.97
"""Nothing that was only observed is certain."""
_CAP_OPEN = 0.9
"""With an obligation open: of 40 such causes on the sandbox's seeds 101 to 103 39 were right, of 27 on two more 24."""
_CAP_AGAINST = 0.3
_KINDS = {
    "alerts": ("alerts",),
    "metrics": ("metrics",),
    "requests": ("traces", "trace"),
    "logs": ("logs",),
    "changes": ("deployments",),
    "code": ("diff", "file"),
}
"""What an expert looks at, by the kinds of evidence that show it."""
_WELL = ("alerts", "metrics")
"""Without a fault there is no change to look into."""


def confidence(
    outcome: Outcome,
    claims: Sequence[CheckedClaim],
    hypotheses: Sequence[CheckedHypothesis],
    proof: Sequence[Obligation],
    evidence: Mapping[str, Evidence],
    against: Sequence[str],
) -> tuple[float, list[Ground]]:
    """0 to 1, and what it is made of."""
    grounds = [_looked_at(outcome, evidence)]
    if outcome != "no_fault":
        closed = [one for one in proof if one.closed]
        open_ = ", ".join(one.name for one in proof if not one.closed)
        said = f"{len(closed)} of {len(proof)} closed" + (f", open: {open_}" if open_ else "")
        grounds.append(Ground(name="proof", share=_share(len(closed), len(proof)), detail=said))
    run = [claim for claim in claims if claim.check is not None]
    held = [claim for claim in run if claim.result == "passed"]
    grounds.append(Ground(name="checks", share=_share(len(held), len(run)), detail=f"{len(held)} of {len(run)} held"))
    if outcome != "no_fault":
        refuted = sum(one.verdict == "refuted" and one.result == "passed" for one in hypotheses)
        # The first refuted alternative tells more than the fourth.
        grounds.append(Ground(name="alternatives", share=1 - 0.5**refuted, detail=f"{refuted} refuted by a check"))
    weights = _WEIGHTS_OF_NO_FAULT if outcome == "no_fault" else _WEIGHTS
    total = min(sum(weights[one.name] * one.share for one in grounds), _CAP)
    if outcome == "root_cause" and not all(one.closed for one in proof):
        total = min(total, _CAP_OPEN)
    if against:
        total = min(total, _CAP_AGAINST)
    return round(total, 3), grounds


def _looked_at(outcome: Outcome, evidence: Mapping[str, Evidence]) -> Ground:
    there = {one.kind for one in evidence.values()}
    wanted = _WELL if outcome == "no_fault" else tuple(_KINDS)
    seen = [name for name in wanted if there & set(_KINDS[name])]
    unseen = [name for name in wanted if name not in seen]
    said = f"{', '.join(seen) or 'nothing'}" + (f"; not {', '.join(unseen)}" if unseen else "")
    return Ground(name="looked at", share=_share(len(seen), len(wanted)), detail=said)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0
