"""What it costs to ship an order."""

from collections.abc import Sequence

from .carriers import Carriers
from .offers import Offer, offers
from .parcels import is_letter, pack


class Quotes:
    """Offers for orders."""

    def __init__(self, carriers: Carriers) -> None:
        self._carriers = carriers

    def for_pieces(self, grams: Sequence[int]) -> list[Offer]:
        """The offers for pieces of these weights, the cheapest first."""
        if is_letter(grams):
            return _raised(offers(grams[0] / 1000), self._carriers.letter())
        parcels = pack(grams)
        added = sum(self._carriers.parcel(parcel.kilograms) for parcel in parcels)
        return _raised(offers(max(parcel.kilograms for parcel in parcels)), added)


def _raised(found: list[Offer], cents: int) -> list[Offer]:
    """What is picked up costs nothing, whatever it weighs."""
    return [Offer(o.carrier, o.days, o.cents + cents if o.cents else 0) for o in found]
