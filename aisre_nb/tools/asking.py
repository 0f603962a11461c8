"""A source that is not there is a gap that says so."""

from __future__ import annotations

from typing import TypeVar

from aisre_nb.errors import ToolError

S = TypeVar("S")


def configured(source: S | None, signal: str) -> S:
    """The source, or a `ToolError` that names what cannot be looked at."""
    if source is None:
        raise ToolError(f"no source answers for {signal}", "add one under [sources] in aisre.toml, or go on without")
    return source
