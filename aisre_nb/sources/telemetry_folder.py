"""A telemetry folder as a source: alerts, metrics, traces, logs and changes, asked through DuckDB."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.errors import AisreError, ConfigurationError, SourceUnreachable
from aisre_nb.sources.alerts_file import read_alerts
from aisre_nb.sources.all_series import all_series
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.changes_file import read_changes
from aisre_nb.sources.folder_health import health
from aisre_nb.sources.golden_signals import golden_signals
from aisre_nb.sources.kubernetes_file import NAME, read_objects
from aisre_nb.sources.link_template import filled, times
from aisre_nb.sources.log_records import log_records
from aisre_nb.sources.one_metric import metric_names, one_metric
from aisre_nb.sources.reported import reported
from aisre_nb.sources.request_flow import request_flow
from aisre_nb.sources.request_spans import operations, requests, whole_trace
from aisre_nb.sources.request_values import between_places, request_values
from aisre_nb.sources.samples import log_sample, span_sample
from aisre_nb.sources.service_list import call_graph, service_list
from aisre_nb.sources.telemetry_database import Database, Reader
from aisre_nb.times import Window, instant

if TYPE_CHECKING:
    import pandas as pd

_FILES = ("otel_", "alerts.json", "changes.jsonl", "kubernetes.json", "manifest.json")


class TelemetryFolder:
    """Speaks `AlertSource`, `MetricSource`, `TraceSource`, `LogSource`, `ChangeSource`, `ClusterState` and `Source`."""

    def __init__(self, folder: Path, name: str = "telemetry", link: str = "") -> None:
        """``link``: the house's own page, as `link_template` has it.

        Raises `ConfigurationError` where there is no such folder, `SourceUnreachable` where it holds nothing.
        """
        if not folder.is_dir():
            raise ConfigurationError(f"there is no folder {folder}", "name a folder that holds otel_*.parquet files")
        self.name = name
        self._link = link
        self.folder = folder.resolve()
        self.notes: tuple[str, ...] = ()
        if not any(entry.name.startswith(_FILES) for entry in self.folder.iterdir()):
            raise SourceUnreachable(
                f"{folder} holds no telemetry", "it should hold otel_*.parquet, alerts.json or changes.jsonl"
            )
        self.manifest = self._read_manifest()
        self.reported, notes = reported(self.manifest)
        self.notes += notes
        self._database = Database(self.folder)
        self._dated = self._state()
        self._instant = self._now()

    @property
    def now(self) -> datetime | None:
        """The instant at which the folder ends; it moves where time passes in it."""
        if self._state() != self._dated:
            self.manifest = self._read_manifest()
            self._database.follow()
            self._dated = self._state()
            self._instant = self._now()
        return self._instant

    def _state(self) -> tuple[object, ...]:
        try:
            stat = (self.folder / "manifest.json").stat()
        except OSError:
            return (self._database.state,)
        # Without its word on the time, the tables tell.
        tables = None if self.manifest.get("now") else self._database.state
        return stat.st_mtime_ns, stat.st_size, stat.st_ino, tables

    @property
    def question(self) -> str:
        """The question that came with the folder."""
        return str(self.manifest.get("question") or "")

    def _read_manifest(self) -> dict[str, Any]:
        path = self.folder / "manifest.json"
        if not path.is_file():
            return {}
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(data, dict):
                raise ValueError("it is not an object")
        except (OSError, ValueError, RecursionError) as error:
            self.notes += (f"{path} cannot be read, and is left out: {error}",)
            return {}
        return data

    def _now(self) -> datetime | None:
        """The manifest's, else just after the last thing that was stored; None where nothing is dated."""
        try:
            if self.manifest.get("now"):
                return instant(str(self.manifest["now"]))
        except AisreError as error:
            self.notes += (f"manifest.json: {error}",)
        reader = self._database.reader()
        ends = []
        for table, stored in self._database.tables.items():
            try:
                extent = reader.extent(table) if stored.files else None
            except SourceUnreachable as error:
                self.notes += (str(error),)
                continue
            if extent:
                ends.append(extent.end)
        reader.cursor.close()
        return max(ends, default=None)

    async def _ask(
        self, work: Callable[[Reader], pd.DataFrame], window: Window | None = None, **named: str | None
    ) -> Answer:
        frame, reader = await self._database.run(work)
        total, query = frame.attrs.pop("total", None), "\n\n".join(reader.queries)
        link = self._page(query, window, **named)
        return Answer(frame, query, self.name, total=total, notes=tuple(reader.notes), link=link)

    async def _read(
        self, file: str, work: Callable[[Path], tuple[pd.DataFrame, tuple[str, ...]]], window: Window | None = None
    ) -> Answer:
        frame, notes = await asyncio.to_thread(work, self.folder / file)
        return Answer(frame, file, self.name, total=len(frame), notes=notes, link=self._page(file, window))

    def _page(self, query: str, window: Window | None, **named: str | None) -> str | None:
        return filled(self._link, {"query": query, **named, **times(window)}) if self._link else None

    async def alerts(self, at: datetime) -> Answer:
        """See `AlertSource.alerts`."""
        return await self._read("alerts.json", lambda path: read_alerts(path, at.astimezone(UTC)))

    async def changes(self, window: Window, service: str | None = None) -> Answer:
        """See `ChangeSource.changes`."""
        return await self._read("changes.jsonl", lambda path: read_changes(path, window, service), window)

    async def objects(self) -> Answer:
        """See `ClusterState.objects`."""
        return await self._read(NAME, read_objects)

    async def services(self, window: Window) -> Answer:
        """See `MetricSource.services`."""
        return await self._ask(lambda reader: service_list(reader, window), window)

    async def calls(self, window: Window) -> Answer:
        """See `MetricSource.calls`."""
        return await self._ask(lambda reader: call_graph(reader, window, self.folder / "topology.json"))

    async def golden_signals(self, service: str, window: Window, step_seconds: int) -> Answer:
        """See `MetricSource.golden_signals`; the frame's ``attrs["step_seconds"]`` is the step that was used."""
        return await self._ask(
            lambda reader: golden_signals(reader, service, window, step_seconds), window, service=service
        )

    async def metric(self, name: str, service: str | None, window: Window, step_seconds: int) -> Answer:
        """See `MetricSource.metric`."""
        return await self._ask(
            lambda reader: one_metric(reader, name, service, window, step_seconds), window, service=service
        )

    async def all_series(self, window: Window, step_seconds: int) -> Answer:
        """See `MetricSource.all_series`."""
        return await self._ask(lambda reader: all_series(reader, window, step_seconds), window)

    async def metric_names(self, service: str | None) -> Answer:
        """See `MetricSource.metric_names`."""
        return await self._ask(lambda reader: metric_names(reader, service))

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
            lambda reader: requests(reader, service, window, status, operation, limit), window, service=service
        )

    async def operations(self, service: str, window: Window) -> Answer:
        """See `TraceSource.operations`."""
        return await self._ask(lambda reader: operations(reader, service, window))

    async def flow(self, window: Window, onset: datetime) -> Answer:
        """See `TraceSource.flow`."""
        return await self._ask(lambda reader: request_flow(reader, window, onset), window)

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
            lambda reader: request_values(reader, service, window, onset, operations, by), window, service=service
        )

    async def between_places(self, window: Window, onset: datetime, what: Literal["zone", "node"]) -> Answer:
        """See `TraceSource.between_places`."""
        return await self._ask(lambda reader: between_places(reader, window, onset, what), window)

    async def trace(self, trace_id: str) -> Answer:
        """See `TraceSource.trace`; an unknown id gives an empty frame and a note."""
        return await self._ask(lambda reader: whole_trace(reader, trace_id), trace_id=trace_id)

    async def span_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """See `TraceSource.span_sample`."""
        return await self._ask(lambda reader: span_sample(reader, window, limit, part), window)

    async def log_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """See `LogSource.log_sample`."""
        return await self._ask(lambda reader: log_sample(reader, window, limit, part), window)

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
        return await self._ask(
            lambda reader: log_records(
                reader,
                service,
                window,
                severity=severity,
                contains=contains,
                operation=operation,
                trace_id=trace_id,
                limit=limit,
            ),
            window,
            service=service,
            trace_id=trace_id,
        )

    async def health(self) -> Health:
        """What the folder holds, or which of its files cannot be read."""
        found, _ = await self._database.run(lambda reader: health(reader, self.folder))
        return found

    async def close(self) -> None:
        """Let go of the files."""
        await asyncio.to_thread(self._database.close)
