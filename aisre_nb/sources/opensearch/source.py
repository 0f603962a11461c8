"""``type = "opensearch"`` and ``"elasticsearch"``: logs by the Search API that both have."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from pydantic import Field, field_validator

from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.link_template import filled, times
from aisre_nb.sources.mirror.asked import Asked, sent
from aisre_nb.sources.mirror.logs import MirroredLogs, ReadRecords, Wanted
from aisre_nb.sources.mirror.near import near
from aisre_nb.sources.mirror.page import MirrorOptions
from aisre_nb.sources.mirror.sliced import Clock
from aisre_nb.sources.offer import Offer
from aisre_nb.sources.opensearch import asking, dsl, fields
from aisre_nb.sources.opensearch.fields import Fields, Role
from aisre_nb.sources.opensearch.multi_search import MultiSearch
from aisre_nb.sources.opensearch.reading import MOST, Clause, Reading, between, body
from aisre_nb.sources.queries import records
from aisre_nb.times import Window

if TYPE_CHECKING:
    from aisre_nb.sources.kinds import Place

_INDEX = re.compile(r"\.?[A-Za-z0-9*][A-Za-z0-9*.,:_+-]*")
_NAME = r"^([\w@.-]+)?$"
_KNOWN_SECONDS = 600.0
_USUAL = {role: fields.Field(options[0], options[0], role == "message") for role, options in fields.CANDIDATES.items()}


class OpenSearchOptions(MirrorOptions):
    """Of ``type = "opensearch"`` and ``"elasticsearch"``."""

    index: str = "logs-*"
    """Names of indices, data streams or aliases, with ``*`` and commas."""
    time_field: str = Field("", pattern=_NAME)
    """This and the others: empty, it is looked for."""
    message_field: str = Field("", pattern=_NAME)
    service_field: str = Field("", pattern=_NAME)
    severity_field: str = Field("", pattern=_NAME)
    trace_field: str = Field("", pattern=_NAME)
    span_field: str = Field("", pattern=_NAME)
    page: int = Field(5000, ge=100, le=MOST)
    """Documents of one answer."""
    msearch: bool = False
    """Searches go to ``_msearch``, which is all that Grafana's proxy takes."""

    @field_validator("index")
    @classmethod
    def _names(cls, index: str) -> str:
        if not _INDEX.fullmatch(index):
            raise ValueError('index is no name of indices → write index = "logs-*,app-*"')
        return index

    def told(self) -> dict[Role, str]:
        """The fields that are named."""
        return {
            "time": self.time_field, "message": self.message_field, "service": self.service_field,
            "severity": self.severity_field, "trace": self.trace_field, "span": self.span_field,
        }  # fmt: skip


OPTIONS = OpenSearchOptions


class OpenSearchSource(MirroredLogs):
    """Speaks `LogSource`, `QuerySource` and `Source`."""

    language = "opensearch"

    def __init__(self, name: str, http: HttpClient, options: OpenSearchOptions) -> None:
        super().__init__(name, http)
        self._options = options
        self._path = f"/{quote(options.index, safe='*,')}"
        self._known: tuple[float, Fields] | None = None

    async def _fields(self, asked: Asked) -> Fields:
        if self._known is None or self._known[0] < time.monotonic() - _KNOWN_SECONDS:
            there = await fields.found(asked, self._path, self._options.index, self._options.told())
            self._known = time.monotonic(), there
        return self._known[1]

    async def read(self, asked: Asked, wanted: Wanted, window: Window) -> ReadRecords:
        """See `MirroredLogs.read`."""
        there = await self._fields(asked)
        lacking = [role for role in ("service", "message") if role not in there]
        if lacking:
            what = " and ".join(lacking)
            return ReadRecords((), (f"no field of {self._options.index} is known for {what} → {lacking[0]}_field",))
        clauses, clock = _clauses(wanted, there), Clock(self._options.max_seconds)
        reading = Reading(asked, self.name, self._path, there, clauses, self._options.page, clock)
        found = await reading.all(window, self._options.max_rows, spread=wanted.service is None)
        if wanted.service is None or found.records or wanted.scope().narrowed:
            return found
        services = await asking.values(asked, self.name, self._path, there, "service", window)
        missing = f"{self.name} has no record of service {wanted.service!r} in that window{near(services)}"
        return ReadRecords((), (missing,))

    def first(self, wanted: Wanted, window: Window) -> tuple[str, str]:
        """See `MirroredLogs.first`."""
        there = self._known[1] if self._known else _USUAL
        clauses = _clauses(wanted, {**_USUAL, **there})
        requests = -(-self._options.max_rows // self._options.page)
        host = self.http.access.host
        cost = f"at most {self._options.max_rows:,} documents in {requests} requests to {self.name} ({host})"
        return sent(f"{self._path}/_search", (), body(there, window, clauses, self._options.page)), cost

    def page(self, wanted: Wanted, window: Window) -> str | None:
        """See `MirroredLogs.page`."""
        return self._page(wanted.service or "*", window, wanted.service, wanted.trace_id)

    def _page(self, query: str, window: Window, service: str | None = None, trace_id: str | None = None) -> str | None:
        if not self._options.link:
            return None
        told = {"query": query, "service": service, "trace_id": trace_id, **times(window)}
        return filled(self._options.link, told)

    async def ask(self, query: str, window: Window, limit: int, step_seconds: int | None = None) -> Answer:
        """See `QuerySource.ask`: a query string, or a clause of the query language as JSON."""
        clause = dsl.clause(query)
        asked = Asked(self.http)
        there = await self._fields(asked)
        frame, total, notes = await asking.documents(asked, self.name, self._path, there, [clause], window, limit)
        return Answer(frame, asked.text(), self.name, total, notes, self._page(query, window))

    async def counts(self, query: str, window: Window, field: str, limit: int) -> Answer:
        """How many records match, by a field's values: value, count; most first."""
        clause = dsl.clause(query)
        asked = Asked(self.http)
        there = await self._fields(asked)
        frame, total = await asking.counted(asked, self.name, self._path, there, [clause], window, field, limit)
        return Answer(frame, asked.text(), self.name, total, link=self._page(query, window))

    async def health(self) -> Health:
        """Which fields it takes for what, and how many records the last day has."""
        asked = Asked(self.http)
        there = await self._fields(asked)
        lacking = [role for role in fields.CANDIDATES if role not in there]
        now = datetime.now(UTC)
        told = {"size": 0, "track_total_hits": True,
                "query": between(there["time"].name, Window(now - timedelta(days=1), now))}  # fmt: skip
        reply = await asked.json(f"{self._path}/_search", body=told)
        count = asking.total(reply)
        named = ", ".join(f"{role} {field.name}" for role, field in there.items())
        missing = f"; no field is known for {', '.join(lacking)} → {lacking[0]}_field" if lacking else ""
        fine = "message" in there and "service" in there
        return Health(fine, f"{count:,} records of the last day in {self._options.index}: {named}{missing}", ("logs",))


def _clauses(wanted: Wanted, there: Fields) -> list[Clause]:
    clauses: list[Clause] = []
    if wanted.service is not None:
        clauses.append(there["service"].is_value(wanted.service))
    if wanted.severity and "severity" in there:
        words = records.words(wanted.severity)
        every = [form for word in words for form in (word, word.lower(), word.capitalize())]
        clauses.append(there["severity"].is_one_of(every))
    if wanted.contains:
        clauses.append(there["message"].holds(wanted.contains))
    if wanted.trace_id and "trace" in there:
        clauses.append(there["trace"].is_value(wanted.trace_id))
    return clauses


def make(name: str, options: OpenSearchOptions, place: Place) -> Offer:
    """Raises `ConfigurationError` where a secret is missing."""
    client = MultiSearch if options.msearch else HttpClient
    source = OpenSearchSource(name, client(options.access(name, place.base, place.environ)), options)
    return Offer(source, logs=source)
