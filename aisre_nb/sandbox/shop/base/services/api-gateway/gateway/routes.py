"""Where a public route leads, and how long it may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Upstream:
    service: str
    seconds: float


ROUTES = {
    "GET /api/products": Upstream("catalog", 2.0),
    "GET /api/products/{sku}": Upstream("catalog", 2.0),
    "GET /api/search": Upstream("catalog", 3.0),
    "GET /api/cart": Upstream("cart", 2.0),
    "POST /api/cart/items": Upstream("cart", 2.0),
    "POST /api/checkout": Upstream("checkout", 8.0),
    "GET /api/account": Upstream("user", 2.0),
    "POST /api/sessions": Upstream("user", 2.0),
}


def answer_for(upstream_status: int) -> int:
    """What the client gets: a server error of an upstream is a bad gateway here."""
    return 502 if upstream_status >= 500 else upstream_status
