"""Lines read from Loki page by page: it gives no more than so many for one question, and no cursor.

Loki's HTTP API: ``start`` is included and ``end`` is not, both nanoseconds; ``limit`` counts the lines of all streams;
backward begins with the newest.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aisre_nb.errors import AisreError
from aisre_nb.sources.http.client import Params
from aisre_nb.sources.http.failure import Understood
from aisre_nb.sources.loki.entries import records, streams
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.logs import ReadRecords
from aisre_nb.sources.mirror.nanos import nanos
from aisre_nb.sources.mirror.rows import Record
from aisre_nb.sources.mirror.sliced import Clock, paged, pieces
from aisre_nb.times import Window

PATH = "/loki/api/v1/query_range"
HEADERS = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
"""Structured metadata apart from the labels of the stream."""
MOST = 5000
"""Loki's own limit for one question, where nobody raised it."""
_PIECES = 12
_ALLOWED = re.compile(r"max_entries_limit \(\d+ > (\d+)\)")

Place = tuple[int, int]
"""From and until, in nanoseconds; the end is excluded."""


def params(query: str, window: Window, limit: int) -> Params:
    """Of a request for lines, the newest first."""
    return _params(query, (nanos(window.start), nanos(window.end)), limit)


def _params(query: str, place: Place, limit: int) -> Params:
    start, end = place
    return [("query", query), ("start", str(start)), ("end", str(end)), ("limit", str(limit)),
            ("direction", "backward")]  # fmt: skip


class Reading:
    """One query's lines."""

    def __init__(self, asked: Asked, name: str, query: str, label: str, size: int, clock: Clock) -> None:
        self._asked, self._name, self._query, self._label, self._size = asked, name, query, label, size
        self._clock = clock
        self._lost = 0
        """Full pages of one instant, behind which more of that instant may be."""

    async def all(self, window: Window, most: int, *, spread: bool) -> ReadRecords:
        """The newest ``most``, or as many ``spread`` over the window."""
        parts = pieces(window, _PIECES if spread else 1)
        self._size = max(20, min(self._size, most // len(parts)))
        starts = [(nanos(part.start), nanos(part.end)) for part in parts]
        found, cut = await paged(starts, self._page, most, self._size, self._clock)
        lost = f"{self._lost} times more than {self._size} lines are of one instant: some of them are missing"
        total = await self._count(window) if cut else None
        return ReadRecords(found, (lost,) if self._lost else (), whole=not cut, total=total)

    async def _page(self, place: Place) -> tuple[list[Record], Place | None]:
        reply, size = await self._lines(place)
        told = streams(reply, self._name)
        found = await asyncio.to_thread(lambda: list(records(told, self._label)))
        if len(found) < size:
            return found, None
        start = place[0]
        oldest = min(record.time for record in found)
        newer = [record for record in found if record.time > oldest]
        # Of the oldest instant some may be on the next page: it is read there, whole.
        end = oldest + 1
        if not newer:
            self._lost += 1
            newer, end = found, oldest
        return newer, (start, end) if end > start else None

    async def _lines(self, place: Place) -> tuple[Any, int]:
        size = self._size
        try:
            return await self._asked.json(PATH, _params(self._query, place, size), headers=HEADERS), size
        except Understood as error:
            # A tenant may be allowed fewer than is usual: Loki says how many.
            fewer = _ALLOWED.search(error.message)
            if fewer is None or not 0 < int(fewer[1]) < size:
                raise
            self._size = size = int(fewer[1])
        return await self._asked.json(PATH, _params(self._query, place, size), headers=HEADERS), size

    async def _count(self, window: Window) -> int | None:
        """How many lines there are, counted by Loki; None where it would not."""
        seconds = max(1, round(window.duration.total_seconds()))
        query = f"sum(count_over_time({self._query}[{seconds}s]))"
        # A range ends with its instant included, and begins after its first.
        at = [("query", query), ("time", str(nanos(window.end) - 1))]
        try:
            reply = await self._asked.json("/loki/api/v1/query", at)
            return int(float(reply["data"]["result"][0]["value"][1]))
        except (AisreError, LookupError, TypeError, ValueError):
            return None
