"""Recommendation keeps a ranking for each product and visitor, and never lets go of one."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Any

from aisre_nb.sandbox.code.change import CodeChange, CodeCommit
from aisre_nb.sandbox.repository.source import Source

CHANGE = CodeChange(
    name="vector-cache",
    service="recommendation",
    before="0.12.4",
    version="0.13.0",
    commits=(
        CodeCommit(
            "recommendation: a page shows a visitor the same for an hour\n\nReloading a page no longer shuffles what "
            "is recommended, and ranked results come from memory.",
            (),
            230,
        ),
    ),
)
PRODUCTS = 50
"""So many does the probe have, and so many rankings may any version keep."""


def kept(source: Source, requests: int) -> int:
    """How many rankings are held after so many requests, each of another visitor."""
    vectors = {f"SKU-{1001 + n}": (n / PRODUCTS, 1 - n / PRODUCTS) for n in range(PRODUCTS)}
    service = source.get("service", "Recommendations")(vectors)
    skus = list(vectors)
    for n in range(requests):
        service.for_product(skus[n % PRODUCTS], f"visitor-{n}")
    return max((size for size in _sizes(service)), default=0)


def _sizes(service: Any) -> Iterator[int]:
    """Sizes of what the service holds on to, and of its functions' caches."""
    package = type(service).__module__.rpartition(".")[0]
    seen: set[int] = set()
    left = [service]
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and name.startswith(f"{package}."):
            left += [value for key, value in vars(module).items() if not key.startswith("__")]
    while left:
        thing = left.pop()
        if id(thing) in seen or isinstance(thing, (str, type, ModuleType)):
            continue
        seen.add(id(thing))
        if hasattr(thing, "cache_info"):
            yield thing.cache_info().currsize
        if isinstance(thing, Collection):
            yield len(thing)
            left += thing.values() if isinstance(thing, dict) else thing
        if type(thing).__module__.startswith(package):
            left += [
                *vars(thing).values(),
                *(value for key, value in vars(type(thing)).items() if not key.startswith("__")),
            ]
