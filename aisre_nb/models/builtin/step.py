"""What the investigator does next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wish:
    """One call that it wants."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """One sentence that says why, and the calls; without calls it is the last word."""

    why: str
    wishes: tuple[Wish, ...] = ()


def wish(tool: str, **arguments: Any) -> Wish:
    """A call; arguments that are None, or an empty text or list, are left to the tool's default."""
    return Wish(tool, {k: v for k, v in arguments.items() if v is not None and v != "" and v != []})
