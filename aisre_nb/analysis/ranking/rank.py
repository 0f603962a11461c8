"""Signs of all kinds put together: which service is the cause, and how likely that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from aisre_nb.analysis.ranking.sign import Kind, Sign

_FAMILIES: dict[Kind, str] = {
    "metric": "metrics",
    "resource": "metrics",
    "latency": "latency",
    "error": "steps",
    "structure": "steps",
    "log": "steps",
    "change": "changes",
}
"""Kinds of one family see the same thing in several ways, so that only the strongest of them counts."""
_SATURATED = 12.0
"""Beyond this a sign is as sure as it gets; a method whose scale runs to thousands must not silence the others."""
_NOTHING = 2.0
"""The score that chance reaches: what the candidate "none of these" has."""


@dataclass(frozen=True)
class Candidate:
    """One service that may be the cause."""

    service: str
    score: float
    """The length of the vector of its families' strongest signs."""
    probability: float
    """Of being the cause, beside all others and none."""
    signs: tuple[Sign, ...]
    """What speaks for it, the strongest first."""
    against: tuple[str, ...] = ()
    """What speaks against it, one sentence each."""


def rank(signs: Sequence[Sign]) -> list[Candidate]:
    """The services, the most likely first; empty where there is no sign.

    Scores are standard scores, so that the odds between two candidates grow with the difference of their scores; the
    probability is the softmax over them and over "none of these".
    """
    by_service: dict[str, list[Sign]] = {}
    for sign in signs:
        if sign.service and sign.strength > 0 and math.isfinite(sign.strength):
            by_service.setdefault(sign.service, []).append(sign)
    scores = {service: _score(mine) for service, mine in by_service.items()}
    total = sum(math.exp(score) for score in scores.values()) + math.exp(_NOTHING)
    found = [
        Candidate(service, score, math.exp(score) / total, tuple(sorted(by_service[service], key=lambda s: -s.strength)))
        for service, score in scores.items()
    ]
    found.sort(key=lambda candidate: (-candidate.score, candidate.service))
    return found


def _score(signs: Sequence[Sign]) -> float:
    strongest: dict[str, float] = {}
    for sign in signs:
        family = _FAMILIES[sign.kind]
        strongest[family] = max(strongest.get(family, 0.0), min(sign.strength, _SATURATED))
    return math.sqrt(sum(value**2 for value in strongest.values()))
