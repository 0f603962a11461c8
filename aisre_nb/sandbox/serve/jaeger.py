"""The traces as Jaeger's query service answers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aisre_nb.sandbox.serve import spans as traces
from aisre_nb.sandbox.serve.spans import Span
from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.sandbox.serve.web import Answer, BadRequest, Params, Route, Site, one

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class Jaeger:
    """Answers from ``otel_traces``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def site(self) -> Site:
        """Its routes."""
        routes: list[Route] = [
            ("/api/services", self._services),
            ("/api/services/([^/]+)/operations", lambda params, service: self._names(service)),
            ("/api/operations", self._operations),
            ("/api/traces", self._search),
            ("/api/traces/([0-9a-fA-F]+)", self._trace),
            ("/api/dependencies", self._dependencies),
        ]
        return Site(
            routes, problem=lambda text, status: _enveloped([], errors=[{"code": status, "msg": text}], status=status)
        )

    def _services(self, params: Params) -> Answer:
        rows = self._tables.rows("SELECT DISTINCT ServiceName AS name FROM {otel_traces} ORDER BY 1")
        return _enveloped([row["name"] for row in rows])

    def _names(self, service: str) -> Answer:
        query = "SELECT DISTINCT SpanName AS name FROM {otel_traces} WHERE ServiceName = $service ORDER BY 1"
        return _enveloped([row["name"] for row in self._tables.rows(query, {"service": service})])

    def _operations(self, params: Params) -> Answer:
        query = """SELECT DISTINCT SpanName AS name, lower(SpanKind) AS "spanKind" FROM {otel_traces}
                   WHERE ServiceName = $service AND ($kind = '' OR lower(SpanKind) = $kind) ORDER BY 1, 2"""
        told = {"service": one(params, "service"), "kind": one(params, "spanKind").lower()}
        return _enveloped(self._tables.rows(query, told))

    def _search(self, params: Params) -> Answer:
        wanted = [text.lower() for text in params.get("traceID", ())]
        if not wanted:
            if not one(params, "service"):
                raise BadRequest("parameter 'service' is required")
            now = self._tables.now
            since = _micros(one(params, "start")) if one(params, "start") else now - timedelta(hours=1)
            until = _micros(one(params, "end")) if one(params, "end") else now
            wanted = traces.search(
                self._tables, since, until, int(one(params, "limit", "100")), service=one(params, "service"),
                operation=one(params, "operation"), least=_seconds(one(params, "minDuration"), 0.0),
                most=_seconds(one(params, "maxDuration"), 1e9), tags=_tags(params),
            )  # fmt: skip
        found = traces.read(self._tables, wanted)
        return _enveloped([_trace(trace, every) for trace, every in found.items()])

    def _trace(self, params: Params, trace: str) -> Answer:
        found = traces.read(self._tables, [trace.lower().zfill(32)])
        if not found:
            return _enveloped([], errors=[{"code": 404, "msg": "trace not found"}], status=404)
        return _enveloped([_trace(name, every) for name, every in found.items()])

    def _dependencies(self, params: Params) -> Answer:
        until = (
            datetime.fromtimestamp(int(one(params, "endTs")) / 1e3, UTC) if one(params, "endTs") else self._tables.now
        )
        since = until - timedelta(milliseconds=int(one(params, "lookback", "86400000")))
        query = """SELECT a.ServiceName AS parent, b.ServiceName AS child, count(*) AS "callCount"
                   FROM {otel_traces} a JOIN {otel_traces} b ON b.ParentSpanId = a.SpanId AND a.TraceId = b.TraceId
                   WHERE a.ServiceName != b.ServiceName AND a.Timestamp BETWEEN $since AND $until
                   GROUP BY 1, 2 ORDER BY 1, 2"""
        return _enveloped(self._tables.rows(query, {"since": since, "until": until}))


def _enveloped(data: Sequence[Any], errors: list[dict[str, Any]] | None = None, status: int = 200) -> Answer:
    return Answer({"data": list(data), "total": len(data), "limit": 0, "offset": 0, "errors": errors}, status)


def _trace(trace: str, every: Sequence[Span]) -> dict[str, Any]:
    processes: dict[str, dict[str, Any]] = {}
    known: dict[tuple[str, str], str] = {}
    shown = []
    for span in every:
        resource = dict(span["ResourceAttributes"])
        key = (span["ServiceName"], resource.get("k8s.pod.name", ""))
        if key not in known:
            known[key] = f"p{len(known) + 1}"
            told = {k: v for k, v in resource.items() if k != "service.name"}
            processes[known[key]] = {"serviceName": span["ServiceName"], "tags": _listed(told)}
        tags = dict(span["SpanAttributes"]) | {"span.kind": span["SpanKind"].lower()}
        if span["StatusCode"] == "Error":
            tags |= {"otel.status_code": "ERROR", "otel.status_description": span["StatusMessage"]}
        references = []
        if span["ParentSpanId"]:
            references = [{"refType": "CHILD_OF", "traceID": trace, "spanID": span["ParentSpanId"]}]
        failed = [{"key": "error", "type": "bool", "value": True}] if span["StatusCode"] == "Error" else []
        shown.append(
            {
                "traceID": trace, "spanID": span["SpanId"], "operationName": span["SpanName"], "references": references,
                "startTime": span["at"] // 1000, "duration": span["Duration"] // 1000, "tags": _listed(tags) + failed,
                "logs": [], "processID": known[key], "warnings": None,
            }
        )  # fmt: skip
    return {"traceID": trace, "spans": shown, "processes": processes, "warnings": None}


def _listed(tags: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "type": "string", "value": value} for key, value in sorted(tags.items())]


def _tags(params: Params) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in params.get("tag", ()):
        key, separator, value = text.partition(":")
        if not separator:
            raise BadRequest(f"malformed 'tag' parameter, expecting key:value, received: {text}")
        found[key] = value
    if one(params, "tags"):
        found |= {str(k): str(v) for k, v in json.loads(one(params, "tags")).items()}
    return found


def _seconds(text: str, default: float) -> float:
    if not text:
        return default
    found = _DURATION.fullmatch(text)
    if found is None:
        raise BadRequest(f"unable to parse duration {text!r}: write 1.2s, 100ms")
    return float(found[1]) * _UNITS[found[2]]


def _micros(text: str) -> datetime:
    return datetime.fromtimestamp(int(text) / 1e6, UTC)
