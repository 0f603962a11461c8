"""Who calls whom: each page of the shop is a tree of calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "http",  # a service of the shop answers: a client span at the caller and a server span below it
    "redis",  # a datastore or somebody else's service answers: a client span at the caller, nothing below
    "postgresql",
    "external",
    "queue",  # a message is put into a queue: a producer span at the caller
    "consume",  # a worker takes one from it: the root of a trace of its own
]


@dataclass(frozen=True)
class Call:
    """One call and the calls that it makes, one after the other."""

    service: str
    operation: str
    """``"GET /cart/{user_id}"``; for a datastore its command."""
    ms: float
    """Median of the time that it spends itself."""
    children: tuple[Call, ...] = ()
    kind: Kind = "http"
    chance: float = 1.0
    """How often the caller makes it."""
    needed: bool = True
    """False: the caller goes on without it."""
    refused: tuple[tuple[int, float], ...] = ()
    """Statuses of 4XX that it answers by itself, with how often."""
    knows_items: bool = False
    """Its spans say how many items are bought, and whether with a coupon."""


@dataclass(frozen=True)
class Page:
    """What a customer asks for: the root of a tree."""

    call: Call
    weight: float
    """Its share of all pages; 0 for what no customer asks for: messages come at the pace of the queue."""


def _redis(command: str, ms: float = 0.7, chance: float = 1.0) -> Call:
    return Call("redis", command, ms, kind="redis", chance=chance)


def _sql(statement: str, ms: float, chance: float = 1.0) -> Call:
    return Call("postgres", statement, ms, kind="postgresql", chance=chance)


def _page(operation: str, ms: float, weight: float, *children: Call, to: str, api_ms: float = 3.0) -> Page:
    gateway = Call("api-gateway", to, api_ms, children)
    return Page(Call("frontend", operation, ms, (gateway,)), weight)


SESSION = Call("user", "POST /sessions/verify", 2.5, (_redis("GET session"),), refused=((401, 0.012),))
RATES = Call("currency", "GET /rates", 1.2, chance=0.8)
PRICES = Call("catalog", "GET /prices", 3.0, (_redis("MGET prices"), _sql("SELECT prices", 4.0, chance=0.15)))
STOCK = Call("inventory", "GET /stock/{sku}", 2.5, (_sql("SELECT stock", 3.0),), refused=((404, 0.004),))
QUOTE = Call("cart", "POST /cart/{user_id}/quote", 4.0, (_redis("GET cart"), PRICES), knows_items=True)
LIKES = Call("recommendation", "GET /recommendations/{sku}", 16.0, (_redis("GET vectors", 1.1),), needed=False)

PAGES = (
    _page(
        "GET /", 14.0, 0.26,
        Call("catalog", "GET /products", 6.0, (_redis("GET products"), _sql("SELECT products", 9.0, chance=0.2))),
        RATES,
        Call(
            "recommendation", "GET /recommendations/home", 28.0, (_redis("GET vectors", 1.1),),
            chance=0.0, needed=False,
        ),
        to="GET /api/products",
    ),
    _page(
        "GET /product/{sku}", 12.0, 0.36,
        Call(
            "catalog", "GET /products/{sku}", 5.0, (_redis("GET product"), _sql("SELECT product", 5.0, chance=0.25)),
            refused=((404, 0.01),),
        ),
        STOCK, RATES, LIKES,
        to="GET /api/products/{sku}",
    ),
    _page(
        "GET /search", 13.0, 0.09,
        Call("catalog", "GET /products/search", 22.0, (_sql("SELECT products", 28.0),)),
        to="GET /api/search",
    ),
    _page(
        "GET /cart", 11.0, 0.10,
        SESSION, Call("cart", "GET /cart/{user_id}", 2.5, (_redis("GET cart"),), knows_items=True), QUOTE, RATES,
        to="GET /api/cart",
    ),
    _page(
        "POST /cart", 8.0, 0.09,
        SESSION, STOCK,
        Call("cart", "POST /cart/{user_id}/items", 3.0, (_redis("GET cart"), _redis("SET cart", 0.9)),
             refused=((400, 0.006),), knows_items=True),
        to="POST /api/cart/items",
    ),
    _page(
        "POST /checkout", 16.0, 0.045,
        SESSION,
        Call(
            "checkout", "POST /checkout", 9.0,
            (
                QUOTE,
                Call("inventory", "POST /reservations", 4.0, (_sql("UPDATE stock", 6.0),), refused=((409, 0.02),)),
                Call("shipping", "POST /offers", 6.0, (Call("carriers", "POST /v2/rates", 70.0, kind="external"),)),
                Call(
                    "payment", "POST /charges", 8.0,
                    (Call("cards-provider", "POST /v1/charges", 180.0, kind="external"),), refused=((402, 0.03),),
                ),
                _sql("INSERT orders", 7.0),
                Call("rabbitmq", "publish orders", 1.5, kind="queue"),
            ),
            knows_items=True,
        ),
        to="POST /api/checkout",
    ),
    _page(
        "GET /account", 10.0, 0.035,
        SESSION, Call("user", "GET /users/{user_id}", 4.0, (_sql("SELECT users", 4.0),)),
        to="GET /api/account",
    ),
    _page(
        "POST /login", 9.0, 0.02,
        Call("user", "POST /sessions", 45.0, (_sql("SELECT users", 4.0), _redis("SET session")),
             refused=((401, 0.08),)),
        to="POST /api/sessions",
    ),
    Page(
        Call(
            "fulfilment", "process orders", 12.0,
            (
                Call("inventory", "POST /shipments", 4.0, (_sql("UPDATE stock", 6.0),)),
                Call("shipping", "POST /labels", 9.0),
                Call("email", "POST /mails", 9.0, (Call("smtp", "SEND mail", 45.0, kind="external"),), needed=False),
            ),
            kind="consume",
        ),
        0.0,
    ),
)  # fmt: skip
