"""Questions about log records."""

from __future__ import annotations

from typing import Any

from aisre_nb.sources.queries.spans import spans
from aisre_nb.sources.queries.tables import first_of, table, within
from aisre_nb.times import Window

_LEVELS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("trace", 1, ("TRACE", "VERBOSE", "FINEST")),
    ("debug", 5, ("DEBUG", "FINE")),
    ("info", 9, ("INFO", "INFORMATION", "INFORMATIONAL", "NOTICE")),
    ("warn", 13, ("WARN", "WARNING")),
    ("error", 17, ("ERROR", "ERR", "SEVERE")),
    ("fatal", 21, ("FATAL", "CRITICAL", "CRIT", "PANIC", "ALERT", "EMERGENCY", "EMERG")),
)
"""Name, least ``SeverityNumber`` of OpenTelemetry's log data model, and the texts that mean it."""
_NAMES = {"warning": "warn", "err": "error", "critical": "fatal", "information": "info"}
_BAD_BODY = r"(?i)(\berror\b|exception|\bfatal\b|\bpanic\b|traceback)"


LONGEST = 65_536
"""Characters of a record's text that are brought; a line of a megabyte tells no more than its beginning."""


def severities() -> tuple[str, ...]:
    """The names that a severity may have, least first."""
    return tuple(name for name, _, _ in _LEVELS)


def severity_name(text: str) -> str:
    """The name of ours that a person's word means: ``"WARNING"`` is "warn"; an unknown word comes back lowered."""
    word = text.strip().lower()
    return _NAMES.get(word, word)


def words(severity: str) -> list[str]:
    """The texts that mean that severity or a worse one."""
    return [word for _, _, texts in _LEVELS[severities().index(severity) :] for word in texts]


def at_least(rows: Any, severity: str) -> Any:
    """Records of that severity or a worse one; those without any count as errors when their text says so."""
    place = severities().index(severity)
    known = words(severity)
    known += [f"{word}{n}" for word in known for n in (2, 3, 4)]
    text = rows.SeverityText.upper()
    mine = text.isin(known) | ((rows.SeverityNumber > 0) & (rows.SeverityNumber >= _LEVELS[place][1]))
    unknown = (rows.SeverityText == "") & (rows.SeverityNumber <= 0)
    reaches = place <= severities().index("error")
    return rows.filter(mine | (unknown & rows.Body.re_search(_BAD_BODY)) if reaches else mine)


def records(
    service: str,
    window: Window,
    *,
    severity: str | None = None,
    contains: str | None = None,
    operation: str | None = None,
    trace_id: str | None = None,
    with_spans: bool = True,
) -> Any:
    """Log records of the service that match all of it. ``with_spans``: whether there are spans to join by."""
    rows = within(table("otel_logs"), window)
    rows = rows.filter(rows.ServiceName == service)
    if severity:
        rows = at_least(rows, severity)
    if trace_id:
        rows = rows.filter(rows.TraceId == trace_id)
    if contains:
        rows = rows.filter(_haystack(rows).lower().contains(contains.lower()))
    return _of_operation(rows, service, window, operation, with_spans) if operation else rows


def _haystack(rows: Any) -> Any:
    kind = first_of(rows.LogAttributes, "exception.type")
    message = first_of(rows.LogAttributes, "exception.message")
    stack = first_of(rows.LogAttributes, "exception.stacktrace")
    return rows.Body + "\n" + kind + "\n" + message + "\n" + stack


def _of_operation(rows: Any, service: str, window: Window, operation: str, with_spans: bool) -> Any:
    """Records that name the operation themselves, or whose span, or its parent, is of that operation."""
    method, _, route = operation.rpartition(" ")
    its_route = first_of(rows.LogAttributes, "http.route", "url.path", "http.target")
    its_method = first_of(rows.LogAttributes, "http.request.method", "http.method")
    named = its_route == route
    if method:
        named = named & ((its_method == "") | (its_method == method))
    named = named | (first_of(rows.LogAttributes, "operation", "rpc.method", "code.function") == operation)
    if not with_spans:
        return rows.filter(named)
    known = spans(window, early=True)
    known = known.filter(known.ServiceName == service)
    of_it = known.filter(known.operation == operation)
    below = known.select(below_trace="TraceId", below_span="SpanId", above="ParentSpanId").inner_join(
        of_it.select(above_trace="TraceId", above_span="SpanId"),
        [("below_trace", "above_trace"), ("above", "above_span")],
    )
    keys = (
        of_it.select(key=of_it.TraceId + "/" + of_it.SpanId)
        .union(below.select(key=below.below_trace + "/" + below.below_span))
        .union(of_it.select(key=of_it.TraceId + "/"))
        .distinct()
    )
    # A record of a span has that span's key; one that knows its trace alone has the trace's.
    traced = (rows.TraceId != "") & (rows.TraceId + "/" + rows.SpanId).isin(keys.key)
    return rows.filter(named | traced)


def newest(rows: Any, limit: int) -> Any:
    """The columns of `LogSource.logs`, newest first."""
    import ibis

    return (
        rows.select(
            time=rows.Timestamp,
            service=rows.ServiceName,
            severity=rows.SeverityText,
            body=rows.Body.left(LONGEST + 1),
            trace_id=rows.TraceId,
            span_id=rows.SpanId,
            attributes=rows.LogAttributes,
        )
        .order_by(ibis.desc("time"), "span_id")
        .limit(limit)
    )
