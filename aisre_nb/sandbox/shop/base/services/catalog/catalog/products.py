"""Products by sku."""

from collections.abc import Callable, Iterable
from typing import Any

PAGE = 24


class NoSuchProduct(Exception):
    """No product has that sku."""


def product(sku: str, cached: Callable[[str], Any], stored: Callable[[str], Any]) -> Any:
    """From the cache, else from the table."""
    found = cached(sku) or stored(sku)
    if found is None:
        raise NoSuchProduct(sku)
    return found


def page(products: Iterable[Any], number: int = 1) -> list[Any]:
    """One page of a listing, counted from 1."""
    return list(products)[(number - 1) * PAGE : number * PAGE]
