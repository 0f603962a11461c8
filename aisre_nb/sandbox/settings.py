"""Settings: what each service is told by its ConfigMap, its Deployment or the platform, and their first values.

Keys with capital letters stand in ``deploy/config/<service>.yaml``, the others in ``deploy/<service>.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

CONFIG: Mapping[str, Mapping[str, str]] = {
    "frontend": {"TIMEOUT_MS": "8000", "ASSET_CACHE": "on"},
    "api-gateway": {
        "RETRIES": "1",
        "UPSTREAM_TIMEOUT_MS": "5000",
        "SEARCH_TIMEOUT_MS": "4000",
        "ACCOUNT_ROUTE": "user/users",
        "CLIENT_REQUESTS_PER_MINUTE": "0",
    },
    "cart": {"REDIS_HOST": "redis.shop", "PRICES_TIMEOUT_MS": "1500"},
    "catalog": {
        "CACHE_SECONDS": "300",
        "PAGE_SIZE": "24",
        "DATABASE_HOST": "postgres.shop",
        "DB_POOL_SIZE": "8",
        "REINDEX": "nightly",
    },
    "checkout": {"DATABASE_HOST": "postgres.shop", "DB_POOL_SIZE": "6", "PAYMENT_TIMEOUT_MS": "4000"},
    "payment": {
        "PROVIDER_TIMEOUT_SECONDS": "2.5",
        "PROVIDER_URL": "https://api.cards.example/v1",
        "RECEIPT_LANGUAGE": "en",
    },
    "shipping": {"CARRIERS_TIMEOUT_MS": "800", "RATES_CACHE_SECONDS": "600"},
    "recommendation": {"VECTORS": "daily", "WORKERS": "4"},
    "user": {"DATABASE_HOST": "postgres.shop", "DB_POOL_SIZE": "6", "SESSION_DAYS": "7"},
    "inventory": {"DATABASE_HOST": "postgres.shop", "DB_POOL_SIZE": "8"},
    "email": {"SMTP_HOST": "smtp.mail.example", "LANGUAGE": "en"},
    "fulfilment": {"CONSUMERS": "8", "MAX_DELIVERIES": "5"},
    "redis": {"MAXMEMORY_MB": "512", "MAXMEMORY_POLICY": "allkeys-lru"},
    "postgres": {"MAX_CONNECTIONS": "100", "LOG_STATEMENT": "none", "SCHEMA_VERSION": "41"},
    "rabbitmq": {"DEAD_LETTERS": "orders-dead"},
    "coredns": {"CACHE_SECONDS": "30", "NDOTS": "2"},
    "stock-recount": {"SCHEDULE": "15 2 * * *", "SUSPEND": "false"},
    "sales-report": {"SCHEDULE": "30 4 * * *", "SUSPEND": "false"},
}  # fmt: skip
LIVE = ("redis", "postgres", "rabbitmq", "coredns", "stock-recount", "sales-report")
"""What reads its settings anew without new pods; the last three have no pods that serve."""
FLAGS: Mapping[str, float] = {
    "search-synonyms": 20.0,
    "personal-home": 5.0,
    "cards-fallback": 0.0,
    "local-cache-for-hot-products": 0.0,
    "new-mail-layout": 50.0,
}
"""Percent of the requests."""
POOLS: Mapping[str, float] = {"catalog": 0.30, "checkout": 0.45, "user": 0.25, "inventory": 0.18}
"""Seconds that a unit of work keeps its connection to the database (transactions that stay open while it renders)."""
LIMITS: tuple[tuple[str, str, str, float], ...] = (
    ("api-gateway", "GET /products/search", "SEARCH_TIMEOUT_MS", 0.001),
    ("api-gateway", "*", "UPSTREAM_TIMEOUT_MS", 0.001),
    ("frontend", "*", "TIMEOUT_MS", 0.001),
    ("cart", "GET /prices", "PRICES_TIMEOUT_MS", 0.001),
    ("checkout", "POST /charges", "PAYMENT_TIMEOUT_MS", 0.001),
    ("payment", "POST /v1/charges", "PROVIDER_TIMEOUT_SECONDS", 1.0),
    ("shipping", "POST /v2/rates", "CARRIERS_TIMEOUT_MS", 0.001),
)
"""Who waits how long for which call: caller, called operation, setting, and the seconds that its unit is."""


_KINDS = (r"\d+", r"\d+\.\d+|\d+", r"\d+m|\d+(\.\d+)?", r"\d+(\.\d+)?(Mi|Gi)")


def fits(first: str, value: str) -> bool:
    """Whether a value is of the kind of a setting's first value: whole number, number, cores, memory, or any line."""
    kind = next((kind for kind in _KINDS if re.fullmatch(kind, first)), r"[^\n]{1,200}")
    return re.fullmatch(kind, value) is not None


def cores(text: str) -> float:
    """``250m`` and ``0.25`` are 0.25."""
    return float(text[:-1]) / 1000 if text.endswith("m") else float(text)


def mebibytes(text: str) -> float:
    """``256Mi`` is 256, ``1Gi`` 1024."""
    return float(text[:-2]) * (1024 if text.endswith("Gi") else 1)
