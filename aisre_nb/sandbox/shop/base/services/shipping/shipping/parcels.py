"""How the pieces of an order are packed."""

from collections.abc import Sequence
from dataclasses import dataclass

LETTER = 2_000
"""Grams up to which a single piece goes as a letter."""
FULL = 25_000
"""Grams that one box may hold, which leaves room for what is packed around them."""
BOX = 350
"""Grams of an empty box."""


@dataclass(frozen=True)
class Parcel:
    pieces: int
    kilograms: float


def is_letter(grams: Sequence[int]) -> bool:
    """Whether an order needs no box."""
    return len(grams) == 1 and grams[0] <= LETTER


def pack(grams: Sequence[int]) -> list[Parcel]:
    """The heaviest pieces first, each into the box that is open or into a new one."""
    boxes: list[list[int]] = []
    for piece in sorted(grams, reverse=True):
        if not boxes or sum(boxes[-1]) + piece > FULL:
            boxes.append([])
        boxes[-1].append(piece)
    return [Parcel(len(box), (sum(box) + BOX) / 1000) for box in boxes]
