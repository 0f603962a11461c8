"""``%sre model``: what answers, and what is chosen; the names stay for the Tab key."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aisre_nb.errors import UsageError

_SHOWN = 40
"""Lines; a gateway lists hundreds of models."""
_KINDS = ("builtin", "claude", "openai:", "ollama:", "vllm:", "llamacpp:", "lmstudio:", "bedrock:", "vertex:")
_seen: list[str] = []
"""What answered when it was last asked."""


def show(configured: Mapping[str, Mapping[str, Any]]) -> None:
    """Ask all servers at once, for a few seconds at most, and print what answers."""
    from aisre_nb.models.listing import listed

    # In a thread: the kernel's own event loop runs already.
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(lambda: asyncio.run(listed(os.environ, configured))).result()
    _seen[:] = [row.name for row in rows if row.usable and not row.name.endswith((":MODEL", ":PATH"))]
    for row in rows[:_SHOWN]:
        print(row.words())
    if len(rows) > _SHOWN:
        print(f"  … {len(rows) - _SHOWN} more; the Tab key behind %sre model knows them")


def named(words: list[str]) -> tuple[str, str]:
    """``NAME`` or ``NAME --then NAME``; an empty text for no second one. Raises `UsageError`."""
    match words:
        case [name]:
            return name, ""
        case [name, "--then", *behind] if behind:
            return name, ", ".join(behind)
    raise UsageError(f"%sre model {' '.join(words)} is not known", "%sre model NAME, or %sre model NAME --then NAME")


def known() -> tuple[str, ...]:
    """Names to complete: kinds, those of aisre.toml, and what answered."""
    from aisre_nb.errors import AisreError
    from aisre_nb.settings import Settings

    try:
        own = tuple(Settings.load().models)
    except AisreError:
        own = ()
    return tuple(dict.fromkeys((*_KINDS, *own, *_seen)))
