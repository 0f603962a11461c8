"""Whoever looks on while an investigation runs: the cell's transcript, a terminal, nobody."""

from __future__ import annotations

from typing import Protocol

from aisre_nb.record.events import Event


class Watcher(Protocol):
    """Told of everything as it happens; must return at once and never raise."""

    def event(self, event: Event) -> None:
        """An event was written to the record."""
        ...

    def text(self, chunk: str) -> None:
        """The model said some more."""
        ...


class Nobody:
    """Looks away."""

    def event(self, event: Event) -> None:
        """Nothing is done."""

    def text(self, chunk: str) -> None:
        """Nothing is done."""
