"""Runs a probe on the source that a tree holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.source import Source, loaded

T = TypeVar("T")


def probed(tree: Mapping[str, str], service: str, names: Names, probe: Callable[[Source], T]) -> T:
    """What the probe finds. ``tree`` and ``service`` have the new names already, as `source.loaded` takes them."""
    with loaded(tree, service, names) as (source, _):
        return probe(source)
