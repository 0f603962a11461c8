"""Releases and settings that harm nobody: any world may have some."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aisre_nb.sandbox.scenario import Dice, Plan, Release, Setting
from aisre_nb.sandbox.services import SERVICES


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


def harmless(dice: Dice, plan: Plan) -> Plan:
    """The plan with what else happened: one release and one setting in an easy world, several in a hard one.

    Nothing that the plan itself touches is touched again.
    """
    rng = dice.rng
    touched = {r.service for r in plan.releases} | {s.service for s in plan.settings} | set(plan.truth.services)
    own = [r.minutes for r in plan.releases] + [s.minutes for s in plan.settings] + [f.minutes for f in plan.flags]
    beside = max(own, default=float(rng.uniform(25, 40)))
    releases, settings = list(plan.releases), list(plan.settings)
    order = [CHANGES[int(n)] for n in rng.permutation(len(CHANGES)) if CHANGES[int(n)].service not in touched]
    for change in order[: 3 if dice.hard else 1]:
        before = next(service.version for service in SERVICES if service.name == change.service)
        apart = float(rng.uniform(3, 18)) * (1 if rng.random() < 0.5 else -1)
        releases.append(Release(change.service, before, change.version, max(beside + apart, 4.0)))
        touched.add(change.service)
    some = [_SETTINGS[int(n)] for n in rng.permutation(len(_SETTINGS)) if _SETTINGS[int(n)][0] not in touched]
    for service, key, before, after, message in some[: 3 if dice.hard else 1]:
        at = float(rng.uniform(12, 100) if dice.hard else rng.uniform(45, 100))
        settings.append(Setting(service, key, before, after, f"{service}: {message}", at))
    return replace(plan, releases=tuple(releases), settings=tuple(settings))


_SETTINGS = (
    ("catalog", "CACHE_SECONDS", "300", "600", "keep products in the cache for ten minutes"),
    ("catalog", "PAGE_SIZE", "24", "30", "thirty products a page"),
    ("payment", "RECEIPT_LANGUAGE", "en", "auto", "receipts in the customer's language"),
    ("user", "SESSION_DAYS", "7", "10", "sessions last ten days"),
    ("email", "LANGUAGE", "en", "auto", "mails in the customer's language"),
    ("redis", "MAXMEMORY_POLICY", "allkeys-lru", "allkeys-lfu", "evict what is asked for least"),
)
