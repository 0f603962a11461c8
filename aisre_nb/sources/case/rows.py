"""Evidence back into the rows of a telemetry folder: alerts, changes, spans and log records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.sources.case.cut import NEVER
from aisre_nb.times import Window, rfc3339

Rows = list[dict[str, Any]]


def alerts(kept: Iterable[Evidence], window: Window) -> Rows:
    """As Alertmanager gives them; of an alert that ended it is known only that it had when it was asked for."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in _rows(kept, "alerts", ("time", "alert", "service")):
        if row["time"] > window.end:
            continue
        labels = {str(k): str(v) for k, v in (row.get("labels") or {}).items() if v is not None}
        named = {"alertname": row["alert"], "service": row["service"], "severity": row.get("severity")}
        state = str(row.get("state"))
        found.setdefault((str(row["alert"]), str(row["service"]), str(row["time"])), {
            "labels": {**labels, **{k: str(v) for k, v in named.items() if v}},
            "annotations": {"summary": _text(row.get("summary"))},
            "startsAt": rfc3339(row["time"]),
            "endsAt": rfc3339(window.end) if state == "resolved" else NEVER,
            "fingerprint": _text(row.get("fingerprint")),
            "status": {"state": "suppressed" if state == "suppressed" else "active"},
        })  # fmt: skip
    return list(found.values())


def changes(kept: Iterable[Evidence], window: Window) -> Rows:
    """Lines of ``changes.jsonl``, oldest first."""
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in _rows(kept, "deployments", ("time", "kind", "service")):
        if not window.start <= row["time"] < window.end:
            continue
        texts = {name: _text(row.get(name)) for name in ("kind", "service", "title", "from", "to")}
        more = {n: text for n in ("commit", "manifest", "author") if (text := _text(row.get(n)))}
        line = {"time": rfc3339(row["time"]), **texts, "attributes": more}
        found.setdefault((rfc3339(row["time"]), *texts.values()), line)
    return sorted(found.values(), key=lambda line: str(line["time"]))


def spans(kept: Iterable[Evidence], window: Window) -> Rows:
    """Rows of ``otel_traces``: whole traces, and of requests whose trace was not opened the one span that is known."""
    kept = list(kept)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in _rows(kept, "trace", ("span_id", "start", "service", "operation", "duration_ms", "trace_id")):
        attributes = row.get("attributes") if isinstance(row.get("attributes"), Mapping) else {}
        _add(found, row, str(row.get("kind") or ""), _text(row.get("parent_span_id")), dict(attributes or {}), window)
    for row in _rows(kept, "traces", ("trace_id", "span_id", "start", "service", "operation", "duration_ms")):
        status = row.get("status_code")
        code = {} if status is None or status != status else {"http.response.status_code": str(int(status))}
        method, _, route = str(row["operation"]).rpartition(" ")
        named = {"http.route": route, "http.request.method": method} if method and route.startswith("/") else {}
        _add(found, row, "Server", "", {**code, **named}, window)
    return sorted(found.values(), key=lambda span: str(span["Timestamp"]))


def _add(
    found: dict[tuple[str, str], dict[str, Any]],
    row: Mapping[str, Any],
    kind: str,
    parent: str,
    attributes: Mapping[str, Any],
    window: Window,
) -> None:
    if not window.start <= row["start"] < window.end or not row["duration_ms"] >= 0:
        return
    span = {
        "Timestamp": row["start"].to_pydatetime(),
        "TraceId": str(row["trace_id"]),
        "SpanId": str(row["span_id"]),
        "ParentSpanId": parent,
        "SpanName": str(row["operation"]),
        "SpanKind": kind,
        "ServiceName": str(row["service"]),
        "Duration": round(float(row["duration_ms"]) * 1e6),
        "StatusCode": "Error" if bool(row.get("error")) else "Unset",
        "StatusMessage": _text(row.get("message")),
        "SpanAttributes": {str(k): str(v) for k, v in attributes.items() if v is not None},
        "ResourceAttributes": {},
    }
    found.setdefault((span["TraceId"], span["SpanId"]), span)


def records(kept: Iterable[Evidence], window: Window) -> Rows:
    """Rows of ``otel_logs``: of each pattern its example, when it was first and when it was last seen."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in kept:
        exception = one.facts.get("exception") if isinstance(one.facts.get("exception"), Mapping) else {}
        operation = one.arguments.get("operation")
        method, _, route = str(operation or "").rpartition(" ")
        named = {"http.route": route, "http.request.method": method} if operation else {}
        for row in _rows([one], "logs", ("service", "severity", "example", "first_seen", "last_seen")):
            stack = _text(row.get("stack"))
            told = {"exception.type": (exception or {}).get("type"),
                    "exception.message": (exception or {}).get("message")} if stack else {}  # fmt: skip
            more = {"exception.stacktrace": stack} if stack else {}
            attributes = {k: str(v) for k, v in {**named, **told, **more}.items() if v}
            for at in dict.fromkeys((row["first_seen"], row["last_seen"])):
                if not window.start <= at < window.end:
                    continue
                found.setdefault((at, row["service"], row["example"]), {
                    "Timestamp": at.to_pydatetime(), "TraceId": "", "SpanId": "",
                    "SeverityText": str(row["severity"]).upper(), "SeverityNumber": 0,
                    "ServiceName": str(row["service"]), "Body": str(row["example"]),
                    "LogAttributes": attributes, "ResourceAttributes": {},
                })  # fmt: skip
    return sorted(found.values(), key=lambda record: str(record["Timestamp"]))


def _rows(kept: Iterable[Evidence], kind: str, needed: tuple[str, ...]) -> Iterable[dict[str, Any]]:
    """Of each evidence of a kind whose frame has these columns; rows that lack one of them are left out."""
    for one in kept:
        if one.kind == kind and one.frame is not None and set(needed) <= set(one.frame.columns):
            whole = one.frame[one.frame[list(needed)].notna().all(axis=1)]
            dated = [c for c in needed if c in ("time", "start", "first_seen", "last_seen")]
            if all(whole[c].dtype.kind == "M" and whole[c].dt.tz is not None for c in dated):
                rows: list[Any] = whole.to_dict("records")
                yield from rows


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)
