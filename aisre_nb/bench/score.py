"""One answer against the truth: a row of the bench."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aisre_nb.bench.naming import names_change
from aisre_nb.bench.suite import Case
from aisre_nb.sources.case.truth import Truth

Row = dict[str, Any]


def scored(
    case: Case, truth: Truth, answer: Mapping[str, Any] | None, error: str, seconds: float, services: int = 0
) -> Row:
    """What the bench keeps of a case. ``answer``: what ``ask --json`` printed; None where it failed before that.

    A case that failed counts as an answer that is wrong. ``services``: how many the telemetry has, for the floor.
    """
    told = answer or {}
    cause = {} if error else told.get("root_cause") or {}
    outcome = "error" if error else str(told.get("outcome") or "error")
    return {
        "name": case.name,
        "seed": case.seed,
        "difficulty": ("hard" if case.hard else "easy") if case.seed is not None else None,
        "repeat": case.repeat,
        "outcome": outcome,
        "truth": truth.as_json(),
        "root_cause": {name: cause.get(name) for name in ("services", "ranked", "kind", "change", "summary")},
        **_right(truth, outcome, cause),
        **_kept(told),
        "services_known": services,
        "seconds": round(float(told.get("seconds") or seconds), 3),
        "wall_seconds": round(seconds, 3),
        "record": str(told.get("record") or ""),
        "error": error,
    }


def _right(truth: Truth, outcome: str, cause: Mapping[str, Any]) -> Row:
    """None: this case cannot say. A fault without a service in its truth has no rank, a control has no cause."""
    fault = truth.outcome == "root_cause"
    # Who names the cause and ranks nothing else has ranked all the same.
    ranked = list(dict.fromkeys(map(str, cause.get("ranked") or cause.get("services") or ())))
    ranks = fault and bool(truth.services)
    top1 = bool(set(ranked[:1]) & set(truth.services)) if ranks else None
    named = names_change(
        truth.change, truth.services, str(cause.get("change") or ""), list(map(str, cause.get("services") or ())),
        str(cause.get("summary") or ""),
    )  # fmt: skip
    change = named if fault and truth.change else None
    outcome_right = outcome == truth.outcome
    both = outcome_right and top1 is not False and change is not False
    return {
        "outcome_right": outcome_right,
        "top1": top1,
        "top3": bool(set(ranked[:3]) & set(truth.services)) if ranks else None,
        "change_named": change,
        "service_and_change": both if fault else None,
        "accused": None if fault else outcome == "root_cause",
        "right": both if fault else outcome_right,
    }


def _kept(told: Mapping[str, Any]) -> Row:
    claims = list(told.get("claims") or ())
    proof = told.get("proof") or {}
    usage = told.get("usage") or {}
    failed = sum(claim.get("check") == "failed" for claim in claims)
    cited = all(claim.get("evidence") for claim in claims)
    return {
        "grounded": cited and not failed if claims else None,
        "proof_closed": bool(proof) and all(proof.values()),
        "claims": len(claims),
        "claims_failed": failed,
        "confidence": told.get("confidence"),
        "steps": len(told.get("steps") or ()),
        "tokens": int(usage.get("input_tokens") or 0) + int(usage.get("output_tokens") or 0),
        "cost_usd": float(usage.get("cost_usd") or 0.0),
        "gaps": len(told.get("gaps") or ()),
        "model": str(told.get("model") or ""),
    }
