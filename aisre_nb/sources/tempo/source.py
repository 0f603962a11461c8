"""``type = "tempo"``: traces from Tempo's HTTP API."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.http.failure import Refused
from aisre_nb.sources.mirror.asked import Asked, sent
from aisre_nb.sources.mirror.kept import Scope
from aisre_nb.sources.mirror.page import MirrorOptions, explore
from aisre_nb.sources.mirror.rows import Span
from aisre_nb.sources.mirror.sliced import Clock
from aisre_nb.sources.mirror.traces import MirroredTraces, ReadSpans
from aisre_nb.sources.offer import Offer
from aisre_nb.sources.tempo import asking, traceql
from aisre_nb.sources.tempo.reading import SEARCH, Reading, params, seconds
from aisre_nb.sources.tempo.recent import Recent
from aisre_nb.times import Window

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

_ID = re.compile(r"[0-9a-fA-F]{1,32}")


class TempoOptions(MirrorOptions):
    """Of ``type = "tempo"``."""

    max_traces: int = Field(2000, ge=10, le=50_000)
    """Traces that are read for one question, each a request; of more a part is looked at, which is told."""


OPTIONS = TempoOptions


class TempoSource(MirroredTraces):
    """Speaks `TraceSource`, `QuerySource` and `Source`."""

    language = "traceql"

    def __init__(self, name: str, http: HttpClient, options: TempoOptions) -> None:
        super().__init__(name, http)
        self._options = options
        self._paths = ["/api/v2/traces", "/api/traces"]
        self._recent = Recent(options.max_rows)

    def _reading(self, asked: Asked) -> Reading:
        most, traces = self._options.max_rows, self._options.max_traces
        return Reading(asked, self.name, self._paths, self._recent, most, traces, Clock(self._options.max_seconds))

    async def read(self, asked: Asked, scope: Scope, window: Window) -> ReadSpans:
        """See `MirroredTraces.read`."""
        return await self._reading(asked).all(traceql.spans(scope), window)

    async def read_trace(self, asked: Asked, trace_id: str) -> Sequence[Span]:
        """See `MirroredTraces.read_trace`."""
        if not _ID.fullmatch(trace_id.strip()):
            raise ToolError(f"{trace_id[:64]!r} is no trace id", "take one from get_traces: hexadecimal digits")
        return await self._reading(asked).one(trace_id.strip().lower())

    def first(self, scope: Scope, window: Window) -> tuple[str, str]:
        """See `MirroredTraces.first`."""
        most, host = self._options.max_traces, self.http.access.host
        cost = f"a few searches, and at most {most:,} traces by their ids, from {self.name} ({host})"
        return sent(SEARCH, params(traceql.spans(scope), window, most)), cost

    def page(self, window: Window | None, service: str | None = None, trace_id: str | None = None) -> str | None:
        """See `MirroredTraces.page`."""
        query = trace_id or traceql.spans(Scope(service))
        return explore(self._options, "tempo", query, window, service=service, trace_id=trace_id)

    async def ask(self, query: str, window: Window, limit: int, step_seconds: int | None = None) -> Answer:
        """See `QuerySource.ask`."""
        text = traceql.checked(query)
        asked = Asked(self.http)
        frame, notes = await asking.answered(asked, self.name, text, window, limit, step_seconds)
        link = explore(self._options, "tempo", text, window)
        return Answer(frame, asked.text(), self.name, notes=notes, link=link)

    async def close(self) -> None:
        """Let go of connections, rows and traces."""
        self._recent.clear()
        await super().close()

    async def health(self) -> Health:
        """Which services have had spans in the last hour."""
        now = datetime.now(UTC)
        start, end = seconds(Window(now - timedelta(hours=1), now))
        told = [("start", str(start)), ("end", str(end))]
        try:
            reply = await self.http.json("/api/v2/search/tag/resource.service.name/values", told)
        except Refused as error:
            if error.status != 404:
                raise
            reply = await self.http.json("/api/search/tag/service.name/values")
        values = reply.get("tagValues") if isinstance(reply, dict) else None
        count = len(values) if isinstance(values, list) else 0
        return Health(True, f"traces of the last hour from {count} services", ("traces",))


def make(name: str, options: TempoOptions, place: Place) -> Offer:
    """Raises `ConfigurationError` where a secret is missing."""
    source = TempoSource(name, HttpClient(options.access(name, place.base, place.environ)), options)
    return Offer(source, traces=source)
