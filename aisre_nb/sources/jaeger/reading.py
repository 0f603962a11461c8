"""Traces read from Jaeger: a search is of one service, and gives at most so many whole traces.

Jaeger's query service: ``start`` and ``end`` in microseconds, both included, and about the spans of the service that
is asked for; ``limit`` counts traces.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from aisre_nb.errors import AisreError
from aisre_nb.sources.http.client import Params
from aisre_nb.sources.http.failure import Refused
from aisre_nb.sources.jaeger.spans import data, spans
from aisre_nb.sources.link_template import times
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.rows import Span
from aisre_nb.sources.mirror.sliced import Clock, all_of, halved, pieces
from aisre_nb.sources.mirror.traces import ReadSpans
from aisre_nb.times import Window

SEARCH = "/api/traces"
SERVICES = "/api/services"
_PIECES = 8
_PROBES = 4
"""Pieces of the window in which a service that others call is looked at for traces of its own."""
_PROBED = 5
_EARLIER = timedelta(seconds=60)
"""A request that began before the window may still be at work in it."""


def params(service: str, window: Window, limit: int, failing: bool = False) -> Params:
    """Of a search."""
    at = times(window)
    told = [("service", service), ("start", at["start_us"]), ("end", at["end_us"]), ("limit", str(limit))]
    return [*told, ("tags", json.dumps({"error": "true"}, separators=(",", ":")))] if failing else told


class Reading:
    """What one answer reads, at most so many spans."""

    def __init__(self, asked: Asked, limit: int, most: int, clock: Clock) -> None:
        self._asked, self._limit, self._most, self._clock = asked, limit, most, clock
        self._traces: dict[str, list[Span]] = {}
        self._notes: list[str] = []

    async def of_service(self, service: str, window: Window, *, failing: bool) -> ReadSpans:
        """The traces with a span of the service in the window."""
        await self._read(service, window, failing)
        return self._done()

    async def of_all(self, window: Window) -> ReadSpans:
        """The traces of all services: those that nobody calls first, for they see most of all traces.

        Of a service that others call, a few traces are looked at in several pieces of the window; where one of them is
        not known yet, the service has requests of its own, and is read as well.
        """
        early = Window(window.start - _EARLIER, window.end)
        services = [str(one) for one in data(await self._asked.json(SERVICES), self._asked.access) if one]
        called = await self._called(early)
        tops = [one for one in services if one not in called]
        for service in tops:
            await self._read(service, early, False)
        for service in services if not tops else [one for one in services if one in called]:
            if self._count() >= self._most or self._clock.is_over or await self._has_more(service, early):
                await self._read(service, early, False)
        return self._done()

    async def one(self, trace_id: str) -> Sequence[Span]:
        """All spans of one trace; none where there is no such trace."""
        try:
            told = data(await self._asked.json(f"{SEARCH}/{quote(trace_id, safe='')}"), self._asked.access)
        except Refused as error:
            if error.status == 404:
                return []
            raise
        return [span for trace in told for span in spans(trace)]

    async def _read(self, service: str, window: Window, failing: bool) -> None:
        left = self._most - self._count()
        if left <= 0 or self._clock.is_over:
            why = f"{self._most:,} spans are as many as max_rows allows"
            why = f"{self._clock.seconds:g} s were over (max_seconds)" if left > 0 else why
            self._note(f"traces of {service} were not read: {why}")
            return

        async def ask(part: Window) -> tuple[dict[str, list[Span]], bool]:
            return await self._search(service, part, self._limit, failing)

        each = max(1, self._count() // max(1, len(self._traces))) if self._traces else 10
        found, cut = await halved(pieces(window, _PIECES), ask, max(1, left // each), self._clock)
        self._traces |= found
        if cut:
            self._note(f"of {service} some traces were read, in {cut} pieces of the window not all that there are")

    async def _search(
        self, service: str, window: Window, limit: int, failing: bool = False
    ) -> tuple[dict[str, list[Span]], bool]:
        told = data(await self._asked.json(SEARCH, params(service, window, limit, failing)), self._asked.access)

        def found() -> dict[str, list[Span]]:
            return {some[0].trace_id: some for trace in told if (some := list(spans(trace)))}

        # Whole traces are much to read: the notebook stays alive meanwhile.
        return await asyncio.to_thread(found), len(told) >= limit

    async def _has_more(self, service: str, window: Window) -> bool:
        answers = await all_of(self._search(service, part, _PROBED) for part in pieces(window, _PROBES))
        return any(key not in self._traces for found, _ in answers for key in found)

    async def _called(self, window: Window) -> set[str]:
        """The services that others call, as Jaeger knows them; none where it does not."""
        end, look = times(window)["end_ms"], str(round(window.duration.total_seconds() * 1000))
        try:
            told = data(
                await self._asked.json("/api/dependencies", [("endTs", end), ("lookback", look)]), self._asked.access
            )
        except AisreError:
            return set()
        edges = [one for one in told if isinstance(one, dict)]
        return {str(one.get("child")) for one in edges if one.get("child") != one.get("parent")}

    def _count(self) -> int:
        return sum(map(len, self._traces.values()))

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)

    def _done(self) -> ReadSpans:
        return ReadSpans([span for some in self._traces.values() for span in some], tuple(self._notes))
