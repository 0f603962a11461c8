"""Stock, and what is reserved of it."""


class OutOfStock(Exception):
    """Fewer are there than were wanted."""


class Stock:
    """Pieces by sku."""

    def __init__(self, pieces: dict[str, int]) -> None:
        self._pieces = dict(pieces)

    def available(self, sku: str) -> int:
        return self._pieces.get(sku, 0)

    def reserve(self, sku: str, quantity: int) -> None:
        if self.available(sku) < quantity:
            raise OutOfStock(sku)
        self._pieces[sku] -= quantity
