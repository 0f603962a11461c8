"""Which page asks the gateway for what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    route: str
    needs: tuple[str, ...]
    """Calls without which there is no page."""
    likes: tuple[str, ...] = ()
    """Calls that may fail; their part of the page is left out."""


PAGES = (
    Page("GET /", needs=("GET /api/products",)),
    Page("GET /product/{sku}", needs=("GET /api/products/{sku}",)),
    Page("GET /search", needs=("GET /api/search",)),
    Page("GET /cart", needs=("GET /api/cart",)),
    Page("POST /cart", needs=("POST /api/cart/items",)),
    Page("POST /checkout", needs=("POST /api/checkout",)),
    Page("GET /account", needs=("GET /api/account",)),
    Page("POST /login", needs=("POST /api/sessions",)),
)


def status_for(answers: dict[str, int], page: Page) -> int:
    """200, or what the first failed need makes of the page."""
    for call in page.needs:
        status = answers.get(call, 504)
        if status >= 500:
            return 500
        if status >= 400:
            return status
    return 200
