"""What the shop's services write when nothing failed. ``{customer}``, ``{sku}``, ``{items}``, ``{ms}``, ``{cents}`` and
``{status}`` are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ANSWERED: Mapping[str, str] = {
    "GET /": "GET / {status} {ms}ms",
    "GET /product/{sku}": "GET /product/{sku} {status} {ms}ms",
    "GET /search": "GET /search {status} {ms}ms",
    "GET /cart": "GET /cart {status} {ms}ms user={customer}",
    "POST /cart": "POST /cart {status} {ms}ms user={customer}",
    "POST /checkout": "order of {customer}: {items} items, {cents} cents, {status}",
    "GET /account": "GET /account {status} {ms}ms user={customer}",
    "POST /login": "login of {customer}: {status}",
    "GET /api/products": "GET /api/products -> {status} in {ms} ms",
    "GET /api/products/{sku}": "GET /api/products/{sku} -> {status} in {ms} ms",
    "GET /api/search": "GET /api/search -> {status} in {ms} ms",
    "GET /api/cart": "GET /api/cart -> {status} in {ms} ms",
    "POST /api/cart/items": "POST /api/cart/items -> {status} in {ms} ms",
    "POST /api/checkout": "POST /api/checkout -> {status} in {ms} ms",
    "GET /api/account": "GET /api/account -> {status} in {ms} ms",
    "POST /api/sessions": "POST /api/sessions -> {status} in {ms} ms",
    "GET /products": "listed 24 products in {ms} ms",
    "GET /products/{sku}": "product {sku} read in {ms} ms",
    "GET /prices": "prices of {items} products in {ms} ms",
    "GET /products/search": "search answered in {ms} ms",
    "GET /rates": "rates read",
    "GET /stock/{sku}": "stock of {sku} read in {ms} ms",
    "POST /reservations": "reserved {items} pieces for {customer}",
    "GET /recommendations/{sku}": "ranked products for {sku} in {ms} ms",
    "GET /recommendations/home": "home page of {customer} ranked in {ms} ms",
    "GET /cart/{user_id}": "cart of {customer} read: {items} items",
    "POST /cart/{user_id}/items": "put {sku} into the cart of {customer}",
    "POST /cart/{user_id}/quote": "quote for {customer}: {items} items, {cents} cents",
    "POST /offers": "3 offers for an order of {customer}",
    "POST /charges": "charge of {cents} cents: {status}",
    "POST /mails": "confirmation sent to {customer}",
    "process orders": "order of {customer} handed to the carrier",
    "POST /shipments": "took {items} pieces off the stock for {customer}",
    "POST /labels": "label for the parcel of {customer}",
    "POST /sessions/verify": "session of {customer}: {status}",
    "POST /sessions": "session for {customer}: {status}",
    "GET /users/{user_id}": "account of {customer} read",
}
"""By operation; an operation that is not here is not logged."""


@dataclass(frozen=True)
class Habit:
    """A line that a service writes by itself, again and again, whatever its requests are."""

    service: str
    severity: str
    text: str
    seconds: float
    """Mean time between two of them; they come at random."""
    spread: tuple[int, int] = (1, 100)
    """``{n}`` is drawn from here."""


HABITS = (
    Habit("redis", "INFO", "{n} changes in 300 seconds. Saving...", 300, (100, 900)),
    Habit("redis", "INFO", "Background saving terminated with success", 300),
    Habit("postgres", "INFO", "checkpoint complete: wrote {n} buffers", 300, (300, 4000)),
    Habit("postgres", "WARN", "duration: {n} ms  statement: SELECT products", 170, (250, 1400)),
    Habit("currency", "INFO", "refreshed 31 rates", 600),
    Habit("catalog", "WARN", "hit rate of the cache is {n} %, below 85 %", 240, (71, 84)),
    Habit("catalog", "INFO", "dropped {n} expired entries from the cache", 120, (3, 90)),
    Habit("user", "INFO", "forgot {n} expired sessions", 180, (2, 40)),
    Habit("email", "WARN", "queue holds {n} mails", 400, (20, 60)),
    Habit("inventory", "WARN", "stock of SKU-{n} is below 5", 90, (1001, 1400)),
    Habit("recommendation", "INFO", "vectors of {n} products in memory", 600, (380, 399)),
    Habit("recommendation", "WARN", "garbage collection took {n} ms", 200, (60, 240)),
    Habit("payment", "WARN", "the card provider answered after {n} ms", 260, (900, 2300)),
    Habit("cart", "INFO", "forgot {n} carts older than 14 days", 300, (1, 30)),
    Habit("cart", "WARN", "a cart of {n} items is unusually large", 420, (30, 75)),
    Habit("api-gateway", "WARN", "client closed {n} idle connections", 150, (1, 12)),
    Habit("frontend", "WARN", "asset cache holds {n} stale entries", 500, (2, 20)),
    Habit("fulfilment", "INFO", "heartbeat: {n} consumers on orders", 300, (16, 16)),
    Habit("rabbitmq", "INFO", "accepting AMQP connection {n}", 240, (1000, 9000)),
    Habit("shipping", "INFO", "read prices of {n} carriers", 900, (3, 3)),
)
