"""A backend of logs that is read into a mirror: `LogSource`, whatever the backend can be asked itself."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aisre_nb.errors import AisreError, ToolError
from aisre_nb.sources import estimate
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.estimate import Estimate, Estimated
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.log_records import log_records
from aisre_nb.sources.mirror import rows
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.kept import Kept, Scope
from aisre_nb.sources.mirror.mirror import Mirror, Origin
from aisre_nb.sources.mirror.rows import Record
from aisre_nb.sources.queries import records
from aisre_nb.sources.queries.tables import TableName
from aisre_nb.sources.samples import log_sample
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Wanted:
    """Which records are asked of the backend."""

    service: str | None = None
    """None: of all services, spread evenly over the window; else the newest ones."""
    severity: str | None = None
    contains: str | None = None
    trace_id: str | None = None

    def scope(self) -> Scope:
        """Under which they are kept."""
        told = (("severity", self.severity), ("contains", self.contains), ("trace", self.trace_id))
        return Scope(self.service, "; ".join(f"{name} {value}" for name, value in told if value))


@dataclass(frozen=True)
class ReadRecords:
    """Records, as a backend gave them."""

    records: Sequence[Record]
    notes: tuple[str, ...] = ()
    """Where there is no such service, or anything else that must be known."""
    whole: bool = True
    """Whether all that was asked for is here."""
    total: int | None = None
    """How many there are, where they are not all here and the backend counted them."""


class SpanTables(Protocol):
    """A source of traces that gives whole tables of them."""

    async def spans(self, service: str, window: Window) -> tuple[pa.Table, Origin]:
        """The traces with a span of the service, as ``otel_traces``."""
        ...


class MirroredLogs(ABC):
    """Speaks `LogSource` and `Source`. A backend says how records are read, and where its own page is."""

    def __init__(self, name: str, http: HttpClient) -> None:
        self.name = name
        self.http = http
        self._kept = Kept()
        self._traces: SpanTables | None = None

    def join(self, traces: SpanTables) -> None:
        """Records know their operation by these spans, too; without them by their own attributes alone."""
        self._traces = traces

    @abstractmethod
    async def read(self, asked: Asked, wanted: Wanted, window: Window) -> ReadRecords:
        """The records; where there are too many, as `Wanted.service` says."""

    @abstractmethod
    def first(self, wanted: Wanted, window: Window) -> tuple[str, str]:
        """The first request of `read`, and what all of it costs at most, in words."""

    @abstractmethod
    def page(self, wanted: Wanted, window: Window) -> str | None:
        """The backend's own page, or the house's."""

    @abstractmethod
    async def health(self) -> Health:
        """Try it."""

    async def _mirror(self, wanted: Wanted, window: Window) -> Mirror:
        scope = wanted.scope()
        if estimate.wanted() and self._kept.find(scope, window) is None:
            raise Estimated(Estimate(*self.first(wanted, window)))

        async def read() -> Mirror:
            asked = Asked(self.http)
            found = await self.read(asked, wanted, window)
            origin = Origin(asked.text(), found.notes, whole=found.whole, total=found.total)
            return await asyncio.to_thread(
                lambda: Mirror("otel_logs", rows.record_table(found.records), window, origin)
            )

        return await self._kept.get(scope, window, read)

    async def logs(
        self,
        service: str,
        window: Window,
        *,
        severity: str | None = None,
        contains: str | None = None,
        operation: str | None = None,
        trace_id: str | None = None,
        limit: int = 5000,
    ) -> Answer:
        """See `LogSource.logs`; the frame is in the order of time."""
        least = records.severity_name(severity) if severity else None
        if least and least not in records.severities():
            raise ToolError(f"{severity!r} is not a severity", f"one of {', '.join(records.severities())}")
        wanted = Wanted(service)
        known = rows.trace_id(trace_id) if trace_id else None
        mirror = await self._mirror(wanted, window)
        if not mirror.origin.whole and (least or contains or known):
            # What is looked for may lie before the newest records: the backend looks for it.
            wanted = Wanted(service, least, contains, known)
            mirror = await self._mirror(wanted, window)
        spans, unknown = await self._spans(service, window) if operation else ({}, ())
        frame, reader = await mirror.run(
            lambda reader: log_records(
                reader,
                service,
                window,
                severity=least,
                contains=contains,
                operation=operation,
                trace_id=known,
                limit=limit,
            ),
            spans,
        )
        total = frame.attrs.pop("total", None)
        notes = [*mirror.origin.notes, *unknown, *reader.notes]
        if not mirror.origin.whole:
            most = mirror.origin.total
            counted = f"of {most:,} records " if most else ""
            notes.append(f"{counted}the newest {mirror.rows:,} were read: older ones are not looked at")
            # Where nothing else was asked for, what the backend counted is what matches.
            bare = operation is None and wanted == Wanted(service, least, contains, known)
            total = max(total or 0, most or 0) if bare else total
        if frame.empty and not notes and not (least or contains or operation or known):
            notes.append(f"{self.name} has no record of service {service!r} in that window")
        return Answer(frame, mirror.origin.query, self.name, total, tuple(notes), self.page(wanted, window))

    async def _spans(self, service: str, window: Window) -> tuple[dict[TableName, pa.Table], tuple[str, ...]]:
        if self._traces is None or estimate.wanted():
            return {}, ()
        try:
            rows, origin = await self._traces.spans(service, window)
        except AisreError as error:
            return {}, (f"spans, by which records are matched with the operation: {error}",)
        return {"otel_traces": rows}, origin.notes

    async def log_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """See `LogSource.log_sample`."""
        wanted = Wanted()
        mirror = await self._mirror(wanted, window)
        frame, reader = await mirror.run(lambda reader: log_sample(reader, window, limit, part))
        total = frame.attrs.pop("total", None)
        notes = [*mirror.origin.notes, *reader.notes]
        if not mirror.origin.whole:
            total = max(total or 0, mirror.origin.total or 0)
            notes.append(f"{mirror.rows:,} records were read, spread over the window: others are not looked at")
        return Answer(frame, mirror.origin.query, self.name, total, tuple(notes), self.page(wanted, window))

    async def close(self) -> None:
        """Let go of connections and rows."""
        self._kept.close()
        await self.http.close()
