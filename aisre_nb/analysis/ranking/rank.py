"""Signs of all kinds put together: which service is the cause, and how likely that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aisre_nb.analysis.ranking.sign import Kind, Sign

Family = Literal["metrics", "latency", "steps", "changes"]
"""Kinds of one family see the same thing in several ways, so that only the strongest of them counts."""

_FAMILY: Mapping[Kind, Family] = {
    "metric": "metrics",
    "resource": "metrics",
    "latency": "latency",
    "error": "steps",
    "structure": "steps",
    "log": "steps",
    "change": "changes",
}
_UNMOVED: Mapping[Family, str] = {
    "metrics": "its metrics did not move",
    "latency": "neither its own time nor the way to it and from it takes longer",
    "steps": "its requests take the steps that they took before",
    "changes": "nothing of it was changed",
}
_SATURATED = 12.0
"""Beyond this a sign is as sure as it gets; a method whose scale runs to thousands must not silence the others."""
_STEEP = 1.5
"""How fast the odds of two candidates grow with the difference of their scores."""
_NOTHING = 1.0
"""The score of "none of these" where somebody reported trouble, so that there is a cause."""
_CHANCE = 3.0
"""… and where nobody did: what the largest of many scores reaches by chance."""
_TELLING = 1.0
"""A family whose strongest sign is weaker speaks against the service."""


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


def rank(signs: Sequence[Sign], looked: Sequence[Family] = (), *, reported: bool = True) -> list[Candidate]:
    """The services, the most likely first; empty where there is no sign.

    ``looked``: the families that there were data for. ``reported``: somebody said that something is wrong. Scores are
    standard scores, and the odds between two candidates grow with their difference; the probability is the softmax
    over them and over "none of these".
    """
    by_service: dict[str, list[Sign]] = {}
    for sign in signs:
        if sign.service and sign.strength > 0 and math.isfinite(sign.strength):
            by_service.setdefault(sign.service, []).append(sign)
    strongest = {service: _strongest(mine) for service, mine in by_service.items()}
    scores = {service: math.sqrt(sum(v**2 for v in mine.values())) for service, mine in strongest.items()}
    none = _NOTHING if reported else _CHANCE
    total = sum(math.exp(_STEEP * score) for score in (*scores.values(), none))
    found = []
    for service, score in scores.items():
        mine = sorted(by_service[service], key=lambda sign: -sign.strength)
        unmoved = [_UNMOVED[family] for family in looked if strongest[service].get(family, 0.0) < _TELLING]
        found.append(Candidate(service, score, math.exp(_STEEP * score) / total, tuple(mine), tuple(unmoved)))
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.service))


def _strongest(signs: Sequence[Sign]) -> dict[Family, float]:
    found: dict[Family, float] = {}
    for sign in signs:
        family = _FAMILY[sign.kind]
        found[family] = max(found.get(family, 0.0), min(sign.strength, _SATURATED))
    return found
