"""The smallest part of a set that still does something.

Delta debugging: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions on
Software Engineering 28(2), 2002 (*ddmin*). Where the subsets are few enough to try them all by size, that is done
instead: *ddmin* finds a set of which nothing can be left out, which need not be the smallest that there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, TypeVar

T = TypeVar("T")

Outcome = Literal[
    "yes",  # it does
    "no",  # it does not
    "unresolved",  # it cannot be told: what is left does not fit together
]
_ALL = 5
"""Units of which every subset is tried: 31 at most."""


@dataclass(frozen=True)
class Smallest:
    """What was found."""

    units: tuple[int, ...]
    """Places of the units, in their order; empty where not even all of them do it."""
    tries: int
    """How many sets were tried, each once."""
    complete: bool
    """Nothing can be left out of it; False where the tries were used up before."""


class _Enough(Exception):
    """The tries are used up."""


def smallest(count: int, does: Callable[[frozenset[int]], Outcome], most_tries: int = 60) -> Smallest:
    """The smallest set of the units 0 … count − 1 that ``does`` it, as far as ``most_tries`` go.

    ``does`` is asked once for each set. All units together must do it; else nothing is found.
    """
    known: dict[frozenset[int], Outcome] = {}
    best = frozenset(range(count))

    def ask(some: frozenset[int]) -> bool:
        nonlocal best
        if some not in known:
            if len(known) >= most_tries:
                raise _Enough
            known[some] = does(some)
        if known[some] == "yes" and len(some) < len(best):
            best = some
        return known[some] == "yes"

    try:
        if not count or not ask(best):
            return Smallest((), len(known), True)
        found = _by_size(count, ask) if count <= _ALL else frozenset(_ddmin(list(range(count)), ask))
        return Smallest(tuple(sorted(found)), len(known), True)
    except _Enough:
        return Smallest(tuple(sorted(best)) if known else (), len(known), False)


def _by_size(count: int, ask: Callable[[frozenset[int]], bool]) -> frozenset[int]:
    for size in range(1, count):
        for some in combinations(range(count), size):
            if ask(frozenset(some)):
                return frozenset(some)
    return frozenset(range(count))


def _ddmin(units: list[int], ask: Callable[[frozenset[int]], bool]) -> list[int]:
    pieces = 2
    while len(units) >= 2:
        subsets = list(_split(units, pieces))
        if (part := next((s for s in subsets if ask(frozenset(s))), None)) is not None:
            units, pieces = part, 2
            continue
        rests = ([u for u in units if u not in set(s)] for s in subsets)
        if (rest := next((r for r in rests if r and ask(frozenset(r))), None)) is not None:
            units, pieces = rest, max(pieces - 1, 2)
            continue
        if pieces >= len(units):
            break
        pieces = min(2 * pieces, len(units))
    return units


def _split(units: Sequence[T], pieces: int) -> Iterator[list[T]]:
    """Into so many parts of nearly the same size."""
    start = 0
    for n in range(pieces):
        end = start + (len(units) - start) // (pieces - n)
        yield list(units[start:end])
        start = end
