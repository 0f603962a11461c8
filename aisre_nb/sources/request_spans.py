"""The requests that a service served, its operations, and whole traces."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from aisre_nb.sources.golden_signals import served_kind
from aisre_nb.sources.queries import spans
from aisre_nb.sources.reader import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

REQUESTS = [
    "trace_id",
    "span_id",
    "start",
    "service",
    "operation",
    "duration_ms",
    "status_code",
    "error",
    "message",
    "root_service",
    "root_operation",
    "spans",
]
OPERATIONS = ["service", "operation", "requests", "errors", "error_rate", "p50_ms", "p95_ms"]
_ALWAYS = Window(datetime(1970, 1, 2, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def requests(
    reader: Reader,
    service: str,
    window: Window,
    status: Literal["any", "error", "ok"],
    operation: str | None,
    limit: int,
) -> pd.DataFrame:
    """The frame of `TraceSource.traces`; ``attrs["total"]`` counts all that matched."""
    import pandas as pd

    reader.need("otel_traces")
    how = _how(reader, service, window)
    matching = spans.chosen(spans.served(window, how, [service]), status, operation)
    frame = reader.frame(spans.newest(matching, limit))
    total = len(frame) if len(frame) < limit else int(reader.frame(matching.agg(n=matching.count()))["n"].iloc[0])
    frame["status_code"] = pd.to_numeric(frame["status_code"], errors="coerce").astype("Int64")
    if len(frame):
        roots = reader.frame(spans.roots(window, sorted(set(frame["trace_id"]))))
        frame = frame.merge(roots, on="trace_id", how="left")
        for name in ("root_service", "root_operation"):
            frame[name] = frame[name].fillna("")
    else:
        frame = frame.assign(root_service="", root_operation="", spans=0)
    frame = frame[REQUESTS]
    frame.attrs["total"] = total
    return frame


def _how(reader: Reader, service: str, window: Window) -> spans.Served:
    how = served_kind(reader, service, window)
    if how is None:
        reader.notes.append(f"service {service!r} has no span in that window")
        return "server"
    return how


def operations(reader: Reader, service: str, window: Window) -> pd.DataFrame:
    """The frame of `TraceSource.operations`; most requests first."""
    reader.need("otel_traces")
    how = _how(reader, service, window)
    frame = reader.frame(spans.per_operation(spans.served(window, how, [service])))
    frame["errors"] = frame["errors"].fillna(0)
    frame["error_rate"] = frame["errors"] / frame["requests"]
    return frame[OPERATIONS]


def whole_trace(reader: Reader, trace_id: str) -> pd.DataFrame:
    """The frame of `TraceSource.trace`, with a column ``resource`` (dict) beside the attributes."""
    reader.need("otel_traces")
    frame = reader.frame(spans.one_trace(trace_id, _ALWAYS))
    if frame.empty:
        reader.notes.append(f"no span has the trace id {trace_id[:64]!r}")
    return frame
