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
    """A closed box, and what lies in it."""

    pieces: tuple[int, ...]

    @property
    def weight(self) -> int:
        """With the box."""
        return sum(self.pieces) + BOX

    def has_room_for(self, piece: int) -> bool:
        return sum(self.pieces) + piece <= FULL

    def with_piece(self, piece: int) -> "Parcel":
        return Parcel((*self.pieces, piece))


def is_letter(grams: Sequence[int]) -> bool:
    """Whether an order needs no box."""
    return len(grams) == 1 and grams[0] <= LETTER


def pack(grams: Sequence[int]) -> list[Parcel]:
    """The heaviest pieces first, each into the box that is open or into a new one."""
    parcels: list[Parcel] = []
    for piece in sorted(grams, reverse=True):
        if parcels and parcels[-1].has_room_for(piece):
            parcels[-1] = parcels[-1].with_piece(piece)
        else:
            parcels.append(Parcel((piece,)))
    return parcels
