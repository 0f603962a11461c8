"""Rows and answers for the tests beside."""

from __future__ import annotations

from typing import Any

from aisre_nb.bench.score import Row, scored
from aisre_nb.bench.suite import Case
from aisre_nb.sources.case.truth import Truth

FAULT = Truth("root_cause", ("cart",), change="cart 0.1.0 → 0.2.0")
CONTROL = Truth("no_fault")


def answer(outcome: str = "root_cause", ranked: tuple[str, ...] = ("cart",), **more: Any) -> dict[str, Any]:
    """What ``ask --json`` prints."""
    change = more.pop("change", "cart 0.1.0 → 0.2.0")
    return {
        "outcome": outcome,
        "root_cause": {"services": list(ranked[:1]), "ranked": list(ranked), "change": change, "summary": ""},
        "claims": [{"text": "it rose", "evidence": ["E1"], "check": "passed"}],
        "proof": {"cause": True},
        "confidence": 0.9,
        "steps": [{}, {}],
        "usage": {"input_tokens": 10, "output_tokens": 5, "cost_usd": 0.25},
        "gaps": ["one"],
        "seconds": 2.0,
        **more,
    }


def row(name: str = "a", truth: Truth = FAULT, repeat: int = 1, error: str = "", **more: Any) -> Row:
    """A scored one."""
    return scored(Case(name, repeat, seed=1), truth, None if error else answer(**more), error, 3.0, services=4)
