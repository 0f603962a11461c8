"""From a request to a response: routes, and what a failure becomes."""

import logging
import re
from dataclasses import dataclass
from typing import Any

from . import handlers
from .errors import CartError, NotFound
from .handlers import Request, Shop

log = logging.getLogger("cart")

ROUTES = (
    ("GET", "/cart/{user_id}", handlers.get_cart),
    ("POST", "/cart/{user_id}/items", handlers.add_item),
    ("PUT", "/cart/{user_id}/coupon", handlers.set_coupon),
    ("POST", "/cart/{user_id}/quote", handlers.quote),
)


@dataclass(frozen=True)
class Response:
    status: int
    body: dict[str, Any]


class App:
    """The service, without a server around it."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._routes = [
            (method, re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", route)), handler)
            for method, route, handler in ROUTES
        ]

    def __call__(self, request: Request) -> Response:
        try:
            return Response(200, self._answer(request))
        except CartError as error:
            return Response(error.status, {"error": str(error)})
        except Exception:
            log.exception("%s %s failed", request.method, request.path)
            return Response(500, {"error": "internal error"})

    def _answer(self, request: Request) -> dict[str, Any]:
        for method, pattern, handler in self._routes:
            found = pattern.fullmatch(request.path)
            if found and method == request.method:
                return handler(self._shop, request, **found.groupdict())
        raise NotFound(f"no route for {request.method} {request.path}")
