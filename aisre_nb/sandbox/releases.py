"""Releases and settings that harm nobody: any world may have some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.sandbox.scenario import Release, Setting
from aisre_nb.sandbox.services import SERVICES

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class HarmlessChange:
    """A small change of source that a release brings."""

    service: str
    version: str
    message: str
    path: str
    old: str
    new: str


CHANGES = (
    HarmlessChange(
        "catalog", "3.2.2", "catalog: search leaves out words that every product has",
        "services/catalog/catalog/search.py",
        '    return [word for word in query.lower().split() if len(word) > 1]\n',
        '    return [word for word in query.lower().split() if len(word) > 1 and word not in STOP]\n\n\n'
        'STOP = frozenset({"and", "the", "for", "with"})\n',
    ),
    HarmlessChange(
        "shipping", "0.9.0", "shipping: parcels may be left at a locker",
        "services/shipping/shipping/offers.py",
        'Offer("pickup", 2, 0))', 'Offer("pickup", 2, 0), Offer("locker", 2, 290))',
    ),
    HarmlessChange(
        "recommendation", "0.12.5", "recommendation: six products instead of four",
        "services/recommendation/recommendation/ranking.py", "limit: int = 4", "limit: int = 6",
    ),
    HarmlessChange(
        "user", "2.1.0", "user: sessions last two weeks",
        "services/user/user/sessions.py", "LASTS = timedelta(days=7)", "LASTS = timedelta(days=14)",
    ),
    HarmlessChange(
        "inventory", "0.9.2", "inventory: say how many are left when there are too few",
        "services/inventory/inventory/stock.py",
        "            raise OutOfStock(sku)", '            raise OutOfStock(f"{sku}: {self.available(sku)} left")',
    ),
    HarmlessChange(
        "email", "0.6.0", "email: the order's number stands in front",
        "services/email/mailer/mails.py",
        "Thank you, $name. Your order $order is on its way.", "Order $order: thank you, $name. It is on its way.",
    ),
    HarmlessChange(
        "frontend", "2.14.1", "frontend: the search page lives without suggestions",
        "services/frontend/frontend/pages.py",
        'Page("GET /search", needs=("GET /api/search",)),',
        'Page("GET /search", needs=("GET /api/search",), likes=("GET /api/suggestions",)),',
    ),
)  # fmt: skip


def harmless_release(rng: np.random.Generator, beside: float) -> Release:
    """A release of some service, up to 18 minutes before or after the instant ``beside`` (minutes before *now*)."""
    change = CHANGES[int(rng.integers(len(CHANGES)))]
    before = next(service.version for service in SERVICES if service.name == change.service)
    apart = float(rng.uniform(3, 18)) * (1 if rng.random() < 0.5 else -1)
    return Release(change.service, before, change.version, beside + apart)


def harmless_setting(rng: np.random.Generator) -> Setting:
    """A setting that was changed some 45 to 100 minutes before *now*."""
    service, key, before, after, message = _SETTINGS[int(rng.integers(len(_SETTINGS)))]
    path = f"deploy/config/{service}.yaml"
    return Setting(service, path, key, before, after, f"{service}: {message}", float(rng.uniform(45, 100)))


_SETTINGS = (
    ("catalog", "CACHE_SECONDS", "300", "600", "keep products in the cache for ten minutes"),
    ("catalog", "PAGE_SIZE", "24", "30", "thirty products a page"),
    ("payment", "RECEIPT_LANGUAGE", "en", "auto", "receipts in the customer's language"),
)
