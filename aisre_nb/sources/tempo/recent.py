"""Traces that were read a moment ago: one that two questions are about is read once."""

from __future__ import annotations

import time
from collections.abc import Sequence

from aisre_nb.sources.mirror.rows import Span

_SECONDS = 180.0
"""A trace may still grow: later it is read again."""


class Recent:
    """By the traces' ids, at most so many spans; those that were read first go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._traces: dict[str, tuple[float, Sequence[Span]]] = {}

    def get(self, trace_id: str) -> Sequence[Span] | None:
        """None: it was not read, or too long ago."""
        at, spans = self._traces.get(trace_id, (0.0, None))
        return spans if at > time.monotonic() - _SECONDS else None

    def put(self, trace_id: str, spans: Sequence[Span]) -> None:
        """Keep it."""
        self._count -= len(self._traces.pop(trace_id, (0.0, ()))[1])
        self._traces[trace_id] = (time.monotonic(), spans)
        self._count += len(spans)
        while self._count > self._most and len(self._traces) > 1:
            _, first = self._traces.pop(next(iter(self._traces)))
            self._count -= len(first)

    def clear(self) -> None:
        """Forget them."""
        self._traces.clear()
        self._count = 0
