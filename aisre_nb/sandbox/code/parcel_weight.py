"""Shipping tells the carriers grams where they ask for kilograms, so that they refuse whatever needs a box."""

from __future__ import annotations

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit
from aisre_nb.sandbox.repository.source import Source

CHANGE = CodeChange(
    name="parcel-weight",
    service="shipping",
    before="0.8.3",
    version="0.8.4",
    commits=(
        CodeCommit("shipping: a parcel knows its pieces and weighs itself", ("parcels.py",), 1.2 * 24 * 60),
        CodeCommit("shipping: offers use the parcel's own weight", (), 175),
    ),
)


def offer_for(source: Source, items: int) -> BaseException | None:
    """Ask for offers for so many books of 480 g; what it raises."""
    carriers = source.get("carriers", "Carriers")(lambda *_: {"cents": 150})
    try:
        source.get("quotes", "Quotes")(carriers).for_pieces([480] * items)
    except Exception as error:
        return error
    return None
