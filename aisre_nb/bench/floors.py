"""What needs no investigation: the best answer that is the same for every case, and chance."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

_EXACT = 40
"""Services up to which every three of them are tried; above, the best is added to the best."""


@dataclass(frozen=True)
class Floor:
    """The constant list, and the share of cases in which it has a true service."""

    services: tuple[str, ...]
    value: float


def constant(truths: Sequence[Collection[str]], places: int) -> Floor:
    """The best list of ``places`` services: it is chosen with the truths seen, so no honest guess beats it."""
    known = sorted({name for truth in truths for name in truth})
    if not truths or not known:
        return Floor((), 0.0)
    places = min(places, len(known))
    if len(known) <= _EXACT:
        best = max(combinations(known, places), key=lambda some: _hits(some, truths))
        best = tuple(sorted(best, key=lambda name: -_hits((name,), truths)))
    else:
        best = ()
        for _ in range(places):
            best = (*best, max(known, key=lambda name: _hits((*best, name), truths)))
    return Floor(best, _hits(best, truths) / len(truths))


def chance(truths: Sequence[Collection[str]], known: Sequence[int], places: int) -> float | None:
    """The share that a list in random order reaches; ``known``: how many services each case has. None: unknown."""
    shares = [
        1 - comb(n - min(len(truth), n), k) / comb(n, k)
        for truth, n in zip(truths, known, strict=True)
        if n > 0 and (k := min(places, n))
    ]
    return sum(shares) / len(shares) if shares else None


def _hits(some: Collection[str], truths: Sequence[Collection[str]]) -> int:
    return sum(not set(some).isdisjoint(truth) for truth in truths)
