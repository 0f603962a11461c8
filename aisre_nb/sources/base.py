"""The protocols that a backend may speak. All times aware UTC; all frames with the columns that are named here.

Each method raises `SourceUnreachable` when the backend fails, `SignalMissing` when it has no such signal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Answer:
    """A frame, with the query that gave it."""

    frame: pd.DataFrame
    query: str
    """Exactly as sent; several are joined by a blank line."""
    source: str
    total: int | None = None
    """Rows that matched, where the frame holds fewer."""
    notes: tuple[str, ...] = ()
    """What the reader must know: a gap, a limit that was hit."""
    link: str | None = None


@dataclass(frozen=True)
class Health:
    """What a source says of itself."""

    ok: bool
    detail: str
    """``"2 h of metrics, logs, traces; 11 services"``, or what is wrong and how to mend it."""
    signals: tuple[str, ...] = ()
    may: str = "it is only read"
    """What may be done there: ``"it is read; silences are made where they are approved"``."""


class Source(Protocol):
    """What every source has, beside the protocols that it speaks."""

    name: str

    async def health(self) -> Health:
        """Try it."""
        ...

    async def close(self) -> None:
        """Let go of connections and files."""
        ...


class AlertSource(Protocol):
    """Alerts that fire, or fired."""

    async def alerts(self, at: datetime) -> Answer:
        """time, alert, service, severity, state, summary, fingerprint, labels (dict).

        ``state`` is "firing", "resolved" or "suppressed".
        """
        ...


class MetricSource(Protocol):
    """Golden signals and single metrics."""

    async def services(self, window: Window) -> Answer:
        """service, requests, errors, error_rate, p95_ms, signals ("metrics, traces, logs")."""
        ...

    async def calls(self, window: Window) -> Answer:
        """The call graph: caller, callee, calls, errors, p95_ms; the numbers are null where no span tells them."""
        ...

    async def golden_signals(self, service: str, window: Window, step_seconds: int) -> Answer:
        """Long: time (start of the bucket), service, signal, value, unit.

        Signals: ``request_rate`` (1/s), ``error_rate`` (share of requests with a 5XX, 0 to 1), ``latency_p50``,
        ``latency_p95``, ``latency_p99`` (s), and whatever saturation there is under its own metric's name.
        """
        ...

    async def metric(self, name: str, service: str | None, window: Window, step_seconds: int) -> Answer:
        """One metric by its own name, in the columns of `golden_signals`; ``signal`` carries the name and labels."""
        ...

    async def all_series(self, window: Window, step_seconds: int) -> Answer:
        """Every series: time, service (a node's name where it is a node's), metric, labels (text), value, unit.

        Gauges as means of the step, counters and counts of histograms as rates.
        """
        ...

    async def metric_names(self, service: str | None) -> Answer:
        """metric, service, type, points."""
        ...


class TraceSource(Protocol):
    """Requests, as spans."""

    async def traces(
        self,
        service: str,
        window: Window,
        *,
        status: Literal["any", "error", "ok"] = "any",
        operation: str | None = None,
        limit: int = 50,
    ) -> Answer:
        """Requests that the service served (its server spans), newest first.

        trace_id, span_id, start, service, operation, duration_ms, status_code (http, nullable), error (bool), message,
        root_service, root_operation, spans.
        """
        ...

    async def operations(self, service: str, window: Window) -> Answer:
        """service, operation, requests, errors, error_rate, p50_ms, p95_ms."""
        ...

    async def flow(self, window: Window, onset: datetime) -> Answer:
        """service, within, operation, peer, late (bool), count, failed, own_failed, mean_ms, p95_ms, own_ms, answered,
        peer_ms: one row an operation (``peer`` empty) or call, before the onset and since; see `queries.flow`.
        """
        ...

    async def attribute_values(
        self,
        service: str,
        window: Window,
        onset: datetime,
        operations: Sequence[str],
        by: Literal["latency", "errors"],
    ) -> Answer:
        """key, value, bad, good, before, of_bad, of_good, of_before: how many requests have each value of each
        attribute, and how many have that attribute; see `queries.separation`.
        """
        ...

    async def between_places(self, window: Window, onset: datetime, what: Literal["zone", "node"]) -> Answer:
        """caller, callee (zones or nodes), late (bool), calls, own_ms, own_p95_ms of calls that were answered."""
        ...

    async def trace(self, trace_id: str) -> Answer:
        """All spans of one trace, by start.

        trace_id, span_id, parent_span_id, service, operation, kind, start, duration_ms, error (bool), message,
        attributes (dict).
        """
        ...

    async def span_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """All spans of a window, or of as many whole traces, chosen by their ids, as give about ``limit`` spans.

        Of no more than ``part`` of the traces, 0 to 1; the same part is the same traces.

        trace_id, span_id, parent_span_id, service, operation, start, duration_ms, failed (bool); by start.
        ``attrs["part"]``: of all traces, 0 to 1; the answer's total counts all spans.
        """
        ...


class LogSource(Protocol):
    """Log records."""

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
        """time, service, severity, body, trace_id, span_id, attributes (dict); newest kept when the limit is hit.

        ``severity`` is the least one: "warn" brings warn, error and fatal. ``operation`` keeps records whose span (by
        trace and span id) or attributes name that operation.
        """
        ...

    async def log_sample(self, window: Window, limit: int, part: float = 1.0) -> Answer:
        """All services' records, or those of as many traces as give about ``limit``, and of no more than ``part``.

        time, trace_id, span_id, service, severity (our names), body (its first thousand characters); by time. The same
        ``part`` (0 to 1) takes the same traces as `TraceSource.span_sample`.
        """
        ...


class QuerySource(Protocol):
    """A backend's own language, for who knows it."""

    name: str
    language: str
    """"logql", "traceql" or "opensearch"."""

    async def ask(self, query: str, window: Window, limit: int, step_seconds: int | None = None) -> Answer:
        """Rows or series, at most ``limit`` rows; series are time, service, signal (labels), value, unit.

        Raises `ToolError` for a query that is none, before it is sent where that can be seen.
        """
        ...


class ChangeSource(Protocol):
    """What was changed in the world."""

    async def changes(self, window: Window, service: str | None = None) -> Answer:
        """time, kind, service, title, from, to, commit, manifest (path in the repository), author."""
        ...


class ClusterState(Protocol):
    """What a cluster is now, as its API lists it."""

    async def objects(self) -> Answer:
        """kind, namespace, name, object (dict, as the API of Kubernetes returns it; secrets without their data)."""
        ...


@runtime_checkable
class ResourceUse(Protocol):
    """A `ClusterState` that measures what pods and nodes use."""

    name: str

    async def usage(self) -> Answer:
        """kind, namespace, name, container, service, node, cpu, cpu_request, cpu_limit (cores), memory,
        memory_request, memory_limit (bytes), restarts; of a node the limit is what it can give."""
        ...
