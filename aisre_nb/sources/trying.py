"""All sources are tried at the same time: a slow one holds up no other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aisre_nb.errors import AisreError
from aisre_nb.sources.base import Health, Source

LIMIT = 5.0
"""Seconds that each one gets."""


@dataclass(frozen=True)
class Tried:
    """A source, and what it says of itself."""

    name: str
    health: Health


async def tried(sources: Sequence[Source], limit: float = LIMIT) -> list[Tried]:
    """In the order of ``sources``; a failure is a line like any other."""
    return list(await asyncio.gather(*(_one(source, limit) for source in sources)))


async def _one(source: Source, limit: float) -> Tried:
    try:
        health = await asyncio.wait_for(source.health(), limit)
    except TimeoutError:
        health = Health(False, f"it gave no answer within {limit:g} s → is it up, and reachable from here?")
    except AisreError as error:
        health = Health(False, str(error))
    # A source that is broken in a way of its own is no reason to say nothing of the others.
    except Exception as error:
        health = Health(False, f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
    return Tried(source.name, health)


def lines(found: Sequence[Tried]) -> list[str]:
    """One line a source: what works, and what may be done there."""
    width = max((len(one.name) for one in found), default=0)
    return [
        f"{'ok    ' if one.health.ok else 'FAILED'} {one.name:<{width}}  {one.health.detail}"
        + (f" ({one.health.may})" if one.health.ok else "")
        for one in found
    ]
