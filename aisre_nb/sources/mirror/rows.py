"""Spans and log records as backends give them, and the telemetry schema's tables of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from aisre_nb.sources.queries.records import LONGEST

if TYPE_CHECKING:
    import pyarrow as pa

_HEX = re.compile(r"[0-9a-fA-F]+")
_KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
"""In the order of the OpenTelemetry protocol's numbers."""


class Span(NamedTuple):
    """A row of ``otel_traces``."""

    trace_id: str
    span_id: str
    parent_span_id: str
    name: str
    kind: str
    service: str
    start: int
    """Nanoseconds since 1970."""
    duration: int
    """Nanoseconds."""
    status: str
    message: str
    attributes: Mapping[str, str]
    resource: Mapping[str, str]


class Record(NamedTuple):
    """A row of ``otel_logs``."""

    time: int
    """Nanoseconds since 1970."""
    trace_id: str
    span_id: str
    severity: str
    number: int
    """OpenTelemetry's severity number; 0 where it is not known."""
    service: str
    body: str
    attributes: Mapping[str, str]
    resource: Mapping[str, str]


def trace_id(text: object) -> str:
    """32 hexadecimal digits; backends leave zeros at the front out. What is no number stays as it is."""
    return _id(text, 32)


def span_id(text: object) -> str:
    """16 hexadecimal digits."""
    return _id(text, 16)


def _id(text: object, width: int) -> str:
    found = str(text or "").strip()
    if not found.strip("0"):
        return ""
    return found.lower().zfill(width) if _HEX.fullmatch(found) else found


def kind(told: object) -> str:
    """``"SPAN_KIND_SERVER"``, ``"server"`` and 2 are "Server"."""
    if isinstance(told, int) and not isinstance(told, bool):
        return _KINDS[told] if 0 <= told < len(_KINDS) else ""
    return str(told or "").rpartition("SPAN_KIND_")[2].capitalize()


def plain(value: object) -> str:
    """A JSON value as the exporter stores an attribute: texts as they are, all else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def bounded(body: str) -> str:
    """A record's text, no longer than what is looked at, and one sign more to see that it was."""
    return body if len(body) <= LONGEST else body[: LONGEST + 1]


def span_table(spans: Sequence[Span]) -> pa.Table:
    """``otel_traces``."""
    import pyarrow as pa

    return _table(spans, {
        "Timestamp": (_micros("start"), _time()), "TraceId": (_field("trace_id"), pa.string()),
        "SpanId": (_field("span_id"), pa.string()), "ParentSpanId": (_field("parent_span_id"), pa.string()),
        "SpanName": (_field("name"), pa.string()), "SpanKind": (_field("kind"), pa.string()),
        "ServiceName": (_field("service"), pa.string()), "Duration": (_field("duration"), pa.int64()),
        "StatusCode": (_field("status"), pa.string()), "StatusMessage": (_field("message"), pa.string()),
        "SpanAttributes": (_items("attributes"), _map()), "ResourceAttributes": (_items("resource"), _map()),
    })  # fmt: skip


def record_table(records: Sequence[Record]) -> pa.Table:
    """``otel_logs``."""
    import pyarrow as pa

    return _table(records, {
        "Timestamp": (_micros("time"), _time()), "TraceId": (_field("trace_id"), pa.string()),
        "SpanId": (_field("span_id"), pa.string()), "SeverityText": (_field("severity"), pa.string()),
        "SeverityNumber": (_field("number"), pa.int64()), "ServiceName": (_field("service"), pa.string()),
        "Body": (_field("body"), pa.string()), "LogAttributes": (_items("attributes"), _map()),
        "ResourceAttributes": (_items("resource"), _map()),
    })  # fmt: skip


def _time() -> Any:
    import pyarrow as pa

    return pa.timestamp("us", tz="UTC")


def _map() -> Any:
    import pyarrow as pa

    return pa.map_(pa.string(), pa.string())


def _field(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name)


def _micros(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name) // 1000


def _items(name: str) -> Callable[[Any], Any]:
    return lambda row: list(getattr(row, name).items())


def _table(rows: Sequence[Any], columns: Mapping[str, tuple[Callable[[Any], Any], Any]]) -> pa.Table:
    import pyarrow as pa

    arrays = []
    for get, type_ in columns.values():
        values = [get(row) for row in rows]
        try:
            arrays.append(pa.array(values, type=type_))
        except UnicodeEncodeError:
            # Halves of surrogate pairs, which JSON can hold and UTF-8 cannot.
            arrays.append(pa.array([_mended(value) for value in values], type=type_))
    return pa.table(arrays, names=list(columns))


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [(_mended(key), _mended(inner)) for key, inner in value]
    return value
