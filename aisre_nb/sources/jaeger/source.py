"""``type = "jaeger"``: traces from Jaeger's query service, and from VictoriaTraces below ``/select/jaeger``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.sources import links
from aisre_nb.sources.base import Health
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.jaeger.reading import SEARCH, SERVICES, Reading, params
from aisre_nb.sources.jaeger.spans import data
from aisre_nb.sources.link_template import filled, times
from aisre_nb.sources.mirror.asked import Asked, sent
from aisre_nb.sources.mirror.kept import Scope
from aisre_nb.sources.mirror.page import MirrorOptions
from aisre_nb.sources.mirror.rows import Span
from aisre_nb.sources.mirror.sliced import Clock
from aisre_nb.sources.mirror.traces import MirroredTraces, ReadSpans
from aisre_nb.sources.offer import Offer
from aisre_nb.times import Window

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

_ID = re.compile(r"[0-9a-fA-F]{1,32}")


class JaegerOptions(MirrorOptions):
    """Of ``type = "jaeger"``."""

    limit: int = Field(200, ge=10, le=5000)
    """Traces that one search gives; they come whole."""


OPTIONS = JaegerOptions


class JaegerSource(MirroredTraces):
    """Speaks `TraceSource` and `Source`."""

    def __init__(self, name: str, http: HttpClient, options: JaegerOptions) -> None:
        super().__init__(name, http)
        self._options = options

    def _reading(self, asked: Asked) -> Reading:
        return Reading(asked, self._options.limit, self._options.max_rows, Clock(self._options.max_seconds))

    async def read(self, asked: Asked, scope: Scope, window: Window) -> ReadSpans:
        """See `MirroredTraces.read`."""
        reading = self._reading(asked)
        if scope.service is None:
            return await reading.of_all(window)
        return await reading.of_service(scope.service, window, failing=bool(scope.narrowed))

    async def read_trace(self, asked: Asked, trace_id: str) -> Sequence[Span]:
        """See `MirroredTraces.read_trace`."""
        if not _ID.fullmatch(trace_id.strip()):
            raise ToolError(f"{trace_id[:64]!r} is no trace id", "take one from get_traces: hexadecimal digits")
        return await self._reading(asked).one(trace_id.strip().lower())

    def first(self, scope: Scope, window: Window) -> tuple[str, str]:
        """See `MirroredTraces.first`."""
        cost = f"at most about {self._options.max_rows:,} spans from {self.name} ({self.http.access.host})"
        if scope.service is None:
            return sent(SERVICES), cost
        return sent(SEARCH, params(scope.service, window, self._options.limit, bool(scope.narrowed))), cost

    def page(self, window: Window | None, service: str | None = None, trace_id: str | None = None) -> str | None:
        """See `MirroredTraces.page`; without a link of the house's, Jaeger's own."""
        if self._options.link:
            told = {"query": trace_id or service, "service": service, "trace_id": trace_id, **times(window)}
            return filled(self._options.link, told)
        base = self._options.url
        if trace_id:
            return links.jaeger_trace(base, trace_id)
        return links.jaeger_search(base, service, window) if service and window else None

    async def health(self) -> Health:
        """Which services it knows."""
        services = data(await self.http.json(SERVICES), self.http.access)
        return Health(True, f"traces of {len(services)} services", ("traces",))


def make(name: str, options: JaegerOptions, place: Place) -> Offer:
    """Raises `ConfigurationError` where a secret is missing."""
    source = JaegerSource(name, HttpClient(options.access(name, place.base, place.environ)), options)
    return Offer(source, traces=source)
