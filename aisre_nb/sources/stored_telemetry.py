"""Metrics, traces and logs that stand in the exporter's tables: each question is put the same way to every engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from aisre_nb.sources.all_series import all_series
from aisre_nb.sources.base import Answer
from aisre_nb.sources.golden_signals import golden_signals
from aisre_nb.sources.log_records import log_records
from aisre_nb.sources.one_metric import metric_names, one_metric
from aisre_nb.sources.reader import Reader
from aisre_nb.sources.request_flow import request_flow
from aisre_nb.sources.request_spans import operations, requests, whole_trace
from aisre_nb.sources.request_values import between_places, request_values
from aisre_nb.sources.samples import log_sample, span_sample
from aisre_nb.sources.service_list import call_graph, service_list
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


class StoredTelemetry(ABC):
    """Speaks `MetricSource`, `TraceSource`, `LogSource` and `SqlSource`."""

    dialect = "duckdb"
    topology: Path | None = None
    """A drawn call graph, for where there are no spans."""

    @abstractmethod
    async def _ask(
        self, work: Callable[[Reader], pd.DataFrame], window: Window | None = None, **named: str | None
    ) -> Answer:
        """Run ``work`` in a thread. ``named``: what the link leads to."""

    async def sql(self, statement: str, limit: int) -> Answer:
        """See `SqlSource.sql`."""
        return await self._ask(lambda reader: reader.select(statement, limit))

    async def services(self, window: Window) -> Answer:
        """See `MetricSource.services`."""
        return await self._ask(lambda reader: service_list(reader, window), window)

    async def calls(self, window: Window) -> Answer:
        """See `MetricSource.calls`."""
        return await self._ask(lambda reader: call_graph(reader, window, self.topology))

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
