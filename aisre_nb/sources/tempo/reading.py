"""Traces read from Tempo: ids by search, piece by piece of the window, then each trace by its id.

Tempo's HTTP API: a search takes seconds since 1970 and gives at most ``limit`` traces in no fixed order; a trace by id
is whole, whatever the window.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from aisre_nb.errors import AisreError, SourceUnreachable
from aisre_nb.sources.http.client import Params
from aisre_nb.sources.http.failure import Refused
from aisre_nb.sources.mirror import otlp
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.rows import Span, trace_id
from aisre_nb.sources.mirror.sample import dealt, share
from aisre_nb.sources.mirror.sliced import Clock, all_of, halved, pieces
from aisre_nb.sources.mirror.traces import ReadSpans
from aisre_nb.sources.tempo.recent import Recent
from aisre_nb.times import Window

SEARCH = "/api/search"
_PIECES = 8
_AROUND = timedelta(hours=1)
"""How far beyond the window a trace may reach and is still read whole."""
_CHUNK = 64
"""Traces that are asked for before it is looked whether there is time for more."""
_PAGE = 1000
"""Traces that one search may give."""
_IDS = 50_000
"""Traces that are looked for; of more it is not known how many there are."""


def params(query: str, window: Window, limit: int, spans_each: int = 1) -> Params:
    """Of a search."""
    start, end = seconds(window)
    return [("q", query), ("start", str(start)), ("end", str(end)), ("limit", str(limit)), ("spss", str(spans_each))]


def seconds(window: Window) -> tuple[int, int]:
    """From and until in whole seconds, that hold all of the window."""
    start = math.floor(window.start.timestamp())
    return start, max(start + 1, math.ceil(window.end.timestamp()))


def found(reply: Any, name: str) -> list[Mapping[str, Any]]:
    """The traces of a search. Raises `SourceUnreachable` where it is none."""
    # Without any the field is left out or null, as protobuf does it.
    told = reply.get("traces") if isinstance(reply, dict) else reply
    if told is None and isinstance(reply, dict):
        return []
    if not isinstance(told, list):
        raise SourceUnreachable(f"{name} answers with something else than traces", "is that the url of a Tempo?")
    return [one for one in told if isinstance(one, dict) and one.get("traceID")]


class Reading:
    """What one answer reads. ``paths``: how traces by id are asked for, those that are known to work first."""

    def __init__(
        self,
        asked: Asked,
        name: str,
        paths: list[str],
        recent: Recent,
        most_spans: int,
        most_traces: int,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._asked, self._name, self._paths, self._recent = asked, name, paths, recent
        self._most_spans, self._most_traces = most_spans, most_traces
        self._failed = 0
        self._problem: AisreError | None = None
        self._partial = 0
        """Traces that are larger than Tempo gives."""

    async def all(self, query: str, window: Window) -> ReadSpans:
        """The traces with such a span in the window; of too many a part, chosen by their ids."""

        async def ask(part: Window) -> tuple[dict[str, str], bool]:
            some = found(await self._asked.json(SEARCH, params(query, part, _PAGE)), self._name)
            return {trace_id(one["traceID"]): str(one["traceID"]) for one in some}, len(some) >= _PAGE

        ids, cut = await halved(pieces(window, _PIECES), ask, _IDS, self._clock)
        notes = [f"in {cut} pieces of the window more traces are than one search gives"] if cut else []
        order = await asyncio.to_thread(dealt, list(ids))
        spans, count = await self._read([ids[one] for one, _ in order], window)
        if self._failed:
            notes.append(f"{self._failed} of {count} traces could not be read")
        if self._partial:
            notes.append(f"{self._partial} traces are larger than Tempo gives: a part of each is here")
        kept, part = share(order, count)
        if part < 1.0:
            chosen = {one for one, _ in order[:kept]}
            spans = [span for span in spans if span.trace_id in chosen]
            notes.append(
                f"of {len(ids):,} traces {kept:,} are looked at, {part:.1%}, chosen by their ids: {self._why(count)}"
            )
        return ReadSpans(spans, tuple(notes), part)

    async def _read(self, ids: Sequence[str], window: Window) -> tuple[list[Span], int]:
        """The spans of the first of these traces, and of how many: as many as may be read in rows and time."""
        spans: list[Span] = []
        count = 0
        while count < min(len(ids), self._most_traces) and len(spans) < self._most_spans and not self._clock.is_over:
            # The first one by itself: it finds out which of the paths there is.
            some = ids[count : min(count + _CHUNK, self._most_traces)] if count else ids[:1]
            for answer in await all_of(self._tried(one, window) for one in some):
                spans += answer
            count += len(some)
        if self._problem and not spans:
            raise self._problem
        return spans, count

    def _why(self, count: int) -> str:
        if count >= self._most_traces:
            return f"max_traces is {self._most_traces:,}"
        return f"{self._clock.seconds:g} s were over (max_seconds)" if self._clock.is_over else "more than max_rows"

    async def _tried(self, told: str, window: Window) -> Sequence[Span]:
        known = self._recent.get(trace_id(told))
        if known is not None:
            return known
        try:
            found = await self.one(told, window)
        except AisreError as error:
            self._failed += 1
            self._problem = self._problem or error
            return ()
        if found:
            self._recent.put(found[0].trace_id, found)
        return found

    async def one(self, told: str, window: Window | None = None) -> list[Span]:
        """The spans of a trace; none where there is no such trace. With a window Tempo looks there and around it."""
        around = window and Window(window.start - _AROUND, window.end + _AROUND)
        hint = [("start", str(seconds(around)[0])), ("end", str(seconds(around)[1]))] if around else []
        for path in list(self._paths):
            try:
                reply = await self._asked.json(f"{path}/{told}", hint)
            except Refused as error:
                # Also what a version without that path answers.
                if error.status != 404:
                    raise
                continue
            if path != self._paths[0]:
                self._paths.remove(path)
                self._paths.insert(0, path)
            self._partial += isinstance(reply, dict) and reply.get("status") == "PARTIAL"
            body = reply.get("trace", reply) if isinstance(reply, dict) else {}
            batches = body.get("resourceSpans") or body.get("batches") if isinstance(body, dict) else None
            return list(otlp.spans(batches))
        return []
