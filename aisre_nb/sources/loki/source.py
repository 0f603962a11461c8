"""``type = "loki"``: logs from Loki's HTTP API, and from what speaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import Field

from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.loki import asking, logql
from aisre_nb.sources.loki.labels import Labels
from aisre_nb.sources.loki.reading import MOST, PATH, Reading, params
from aisre_nb.sources.mirror.asked import Asked, sent
from aisre_nb.sources.mirror.logs import MirroredLogs, ReadRecords, Wanted
from aisre_nb.sources.mirror.near import near
from aisre_nb.sources.mirror.page import MirrorOptions, explore
from aisre_nb.sources.mirror.sliced import Clock
from aisre_nb.sources.offer import Offer
from aisre_nb.times import Window

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place


class LokiOptions(MirrorOptions):
    """Of ``type = "loki"``."""

    service_label: str = Field("", pattern=r"^([A-Za-z_]\w*)?$")
    """The label that names the service; empty: it is looked for."""
    entries: int = Field(MOST, ge=100, le=100_000)
    """Lines of one answer: the server's ``max_entries_limit_per_query``."""


OPTIONS = LokiOptions


class LokiSource(MirroredLogs):
    """Speaks `LogSource`, `QuerySource` and `Source`."""

    language = "logql"

    def __init__(self, name: str, http: HttpClient, options: LokiOptions) -> None:
        super().__init__(name, http)
        self._options = options
        self._labels = Labels(options.service_label)
        self._label = options.service_label or "service_name"
        """The label that named the last service that was asked for."""

    async def read(self, asked: Asked, wanted: Wanted, window: Window) -> ReadRecords:
        """See `MirroredLogs.read`."""
        if wanted.service is None:
            label = next(iter(await self._labels.candidates(asked, window)), "")
            others: list[str] = []
        else:
            label, others = await self._labels.of_service(asked, wanted.service, window)
        clock = Clock(self._options.max_seconds)
        if not label:
            return ReadRecords((), (_missing(self.name, wanted.service, others),))
        self._label = label
        streams = logql.selector(label, wanted.service)
        query = streams + logql.filters(wanted.severity, wanted.contains, wanted.trace_id)
        found = await self._reading(asked, query, label, clock).all(
            window, self._options.max_rows, spread=wanted.service is None
        )
        if wanted.trace_id and not found.records:
            # No label has it: then the lines themselves may.
            query = streams + f" |= {logql.quoted(wanted.trace_id)}"
            found = await self._reading(asked, query, label, clock).all(window, self._options.max_rows, spread=False)
        return found

    def _reading(self, asked: Asked, query: str, label: str, clock: Clock) -> Reading:
        return Reading(asked, self.name, query, label, min(self._options.entries, MOST), clock)

    def _query(self, wanted: Wanted) -> str:
        narrow = logql.filters(wanted.severity, wanted.contains, wanted.trace_id)
        return logql.selector(self._label, wanted.service) + narrow

    def first(self, wanted: Wanted, window: Window) -> tuple[str, str]:
        """See `MirroredLogs.first`."""
        requests = -(-self._options.max_rows // self._options.entries)
        cost = (
            f"at most {self._options.max_rows:,} lines in {requests} requests to {self.name} ({self.http.access.host})"
        )
        return sent(PATH, params(self._query(wanted), window, self._options.entries)), cost

    def page(self, wanted: Wanted, window: Window) -> str | None:
        """See `MirroredLogs.page`."""
        query = self._query(wanted)
        return explore(self._options, "loki", query, window, service=wanted.service, trace_id=wanted.trace_id)

    async def ask(self, query: str, window: Window, limit: int, step_seconds: int | None = None) -> Answer:
        """See `QuerySource.ask`."""
        text = logql.checked(query)
        asked = Asked(self.http)
        frame, notes = await asking.answered(asked, self.name, text, window, limit, step_seconds)
        link = explore(self._options, "loki", text, window)
        return Answer(frame, asked.text(), self.name, notes=notes, link=link)

    async def health(self) -> Health:
        """Which services have had logs in the last day."""
        asked = Asked(self.http)
        now = datetime.now(UTC)
        window = Window(now - timedelta(days=1), now)
        labels = await self._labels.candidates(asked, window)
        if not labels:
            return Health(
                True, "it answers, and no stream of the last day has a label that names services → service_label"
            )
        services = await self._labels.values(asked, labels[0], window)
        return Health(True, f"logs of the last day from {len(services)} services, by the label {labels[0]}", ("logs",))


def _missing(name: str, service: str | None, others: list[str]) -> str:
    if service is None:
        return f"{name}: no label of its streams names services → set service_label"
    return f"{name} has no stream of service {service!r} in that window{near(others)}"


def make(name: str, options: LokiOptions, place: Place) -> Offer:
    """Raises `ConfigurationError` where a secret is missing."""
    source = LokiSource(name, HttpClient(options.access(name, place.base, place.environ)), options)
    return Offer(source, logs=source)
