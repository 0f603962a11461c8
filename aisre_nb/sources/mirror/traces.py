"""A backend of traces that is read into a mirror: `TraceSource`, whatever the backend can be asked itself."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from aisre_nb.sources import estimate
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.estimate import Estimate, Estimated
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.mirror import rows
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.kept import Kept, Scope
from aisre_nb.sources.mirror.mirror import Mirror, Origin
from aisre_nb.sources.mirror.rows import Span
from aisre_nb.sources.mirror.sample import sampled_spans
from aisre_nb.sources.request_flow import request_flow
from aisre_nb.sources.request_spans import operations, requests, whole_trace
from aisre_nb.sources.request_values import between_places, request_values
from aisre_nb.sources.service_list import call_graph
from aisre_nb.sources.telemetry_database import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


@dataclass(frozen=True)
class ReadSpans:
    """Spans of whole traces, as a backend gave them."""

    spans: Sequence[Span]
    notes: tuple[str, ...] = ()
    """Empty: all traces of the window are here."""
    part: float = 1.0
    """Of all traces, where `sample.dealt` chose them."""


class MirroredTraces(ABC):
    """Speaks `TraceSource` and `Source`. A backend says how spans are read, and where its own page is."""

    def __init__(self, name: str, http: HttpClient) -> None:
        self.name = name
        self.http = http
        self._kept = Kept()

    @abstractmethod
    async def read(self, asked: Asked, scope: Scope, window: Window) -> ReadSpans:
        """The traces with a span of the scope's service in the window; ``narrowed`` "failing": those that failed."""

    @abstractmethod
    async def read_trace(self, asked: Asked, trace_id: str) -> Sequence[Span]:
        """All spans of one trace; none where there is no such trace."""

    @abstractmethod
    def first(self, scope: Scope, window: Window) -> tuple[str, str]:
        """The first request of `read`, and what all of it costs at most, in words."""

    @abstractmethod
    def page(self, window: Window | None, service: str | None = None, trace_id: str | None = None) -> str | None:
        """The backend's own page, or the house's."""

    @abstractmethod
    async def health(self) -> Health:
        """Try it."""

    async def _mirror(self, scope: Scope, window: Window) -> Mirror:
        if estimate.wanted() and self._kept.find(scope, window) is None:
            raise Estimated(Estimate(*self.first(scope, window)))

        async def read() -> Mirror:
            asked = Asked(self.http)
            found = await self.read(asked, scope, window)
            origin = Origin(asked.text(), found.notes, whole=not found.notes, part=found.part)
            return await asyncio.to_thread(lambda: Mirror("otel_traces", rows.span_table(found.spans), window, origin))

        return await self._kept.get(scope, window, read)

    async def _ask(
        self,
        service: str | None,
        window: Window,
        work: Callable[[Reader], pd.DataFrame],
        *,
        failing: bool = False,
    ) -> Answer:
        mirror = await self._mirror(Scope(service), window)
        if failing and not mirror.origin.whole:
            # Of a sample the failing ones are few: they are asked for by themselves.
            mirror = await self._mirror(Scope(service, "failing"), window)
        frame, reader = await mirror.run(work)
        notes = (*mirror.origin.notes, *reader.notes)
        total = frame.attrs.pop("total", None)
        return Answer(frame, mirror.origin.query, self.name, total, notes, self.page(window, service))

    async def traces(
        self,
        service: str,
        window: Window,
        *,
        status: Literal["any", "error", "ok"] = "any",
        operation: str | None = None,
        limit: int = 50,
    ) -> Answer:
        """See `TraceSource.traces`."""
        return await self._ask(
            service,
            window,
            lambda reader: requests(reader, service, window, status, operation, limit),
            failing=status == "error",
        )

    async def operations(self, service: str, window: Window) -> Answer:
        """See `TraceSource.operations`; of a sample these are the sample's numbers."""
        return await self._ask(service, window, lambda reader: operations(reader, service, window))

    async def flow(self, window: Window, onset: datetime) -> Answer:
        """See `TraceSource.flow`."""
        return await self._ask(None, window, lambda reader: request_flow(reader, window, onset))

    async def attribute_values(
        self,
        service: str,
        window: Window,
        onset: datetime,
        operations: Sequence[str],
        by: Literal["latency", "errors"],
    ) -> Answer:
        """See `TraceSource.attribute_values`."""
        return await self._ask(
            service, window, lambda reader: request_values(reader, service, window, onset, operations, by)
        )

    async def between_places(self, window: Window, onset: datetime, what: Literal["zone", "node"]) -> Answer:
        """See `TraceSource.between_places`."""
        return await self._ask(None, window, lambda reader: between_places(reader, window, onset, what))

    async def calls(self, window: Window) -> Answer:
        """Who calls whom, as `MetricSource.calls` has it."""
        return await self._ask(None, window, lambda reader: call_graph(reader, window, None))

    async def span_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """See `TraceSource.span_sample`."""
        mirror = await self._mirror(Scope(), window)
        share = mirror.origin.part
        frame, reader = await mirror.run(lambda reader: sampled_spans(reader, window, limit, part, share))
        notes, total = (*mirror.origin.notes, *reader.notes), frame.attrs.pop("total", None)
        return Answer(frame, mirror.origin.query, self.name, total, notes, self.page(window))

    async def spans(self, service: str, window: Window) -> tuple[pa.Table, Origin]:
        """The traces with a span of the service, as ``otel_traces``, for who joins them with its own."""
        mirror = await self._mirror(Scope(service), window)
        return await mirror.rows_of("otel_traces"), mirror.origin

    async def trace(self, trace_id: str) -> Answer:
        """See `TraceSource.trace`; asked of the backend each time: a trace may still grow."""
        asked = Asked(self.http)
        found = await self.read_trace(asked, trace_id)
        known = rows.trace_id(trace_id)
        mirror = Mirror("otel_traces", rows.span_table(found), _ALWAYS, Origin(asked.text()))
        frame, reader = await mirror.run(lambda reader: whole_trace(reader, known))
        link = self.page(None, trace_id=trace_id)
        return Answer(frame, asked.text(), self.name, notes=tuple(reader.notes), link=link)

    async def close(self) -> None:
        """Let go of connections and rows."""
        self._kept.close()
        await self.http.close()


_ALWAYS = Window(datetime.fromisoformat("1970-01-02T00:00:00+00:00"), datetime.fromisoformat("2200-01-01T00:00:00Z"))
