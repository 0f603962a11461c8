"""The traces as Tempo's HTTP API answers."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from aisre_nb.sandbox.serve import spans as traces
from aisre_nb.sandbox.serve.spans import Span
from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.sandbox.serve.web import Answer, BadRequest, Params, Route, Site, one

_CONDITION = re.compile(
    r'\s*(?:&&\s*)?(?:(resource|span)?\.([\w.]+)|(name|status|duration|kind))\s*(=|>=|>|<=|<)\s*("[^"]*"|[\w.]+)\s*'
)
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


class Tempo:
    """Answers from ``otel_traces``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def site(self) -> Site:
        """Its routes."""
        routes: list[Route] = [
            ("/api/search", self._search),
            ("/api/traces/([0-9a-fA-F]+)", lambda params, trace: self._trace(trace, "batches")),
            ("/api/v2/traces/([0-9a-fA-F]+)", lambda params, trace: self._trace(trace, "trace")),
            ("/api/search/tags", lambda params: Answer({"tagNames": sorted({n for _, n in self._names()})})),
            ("/api/v2/search/tags", self._scopes),
            ("/api/search/tag/([^/]+)/values", lambda params, name: Answer({"tagValues": self._values(name)})),
            ("/api/v2/search/tag/([^/]+)/values", self._typed),
            ("/api/echo", lambda params: Answer("echo", content_type="text/plain")),
            ("/ready", lambda params: Answer("ready\n", content_type="text/plain")),
        ]
        return Site(routes)

    def _search(self, params: Params) -> Answer:
        now = self._tables.now
        until = _time(one(params, "end")) if one(params, "end") else now
        since = _time(one(params, "start")) if one(params, "start") else until - timedelta(hours=1)
        told: dict[str, Any] = {"tags": _logfmt(one(params, "tags"))}
        if one(params, "q"):
            told = _traceql(one(params, "q"))
        tags = dict(told.pop("tags", {}))
        service = tags.pop("service.name", "")
        operation = told.pop("operation", "") or tags.pop("name", "")
        for name, field in (("minDuration", "least"), ("maxDuration", "most")):
            if one(params, name):
                told[field] = _duration(one(params, name))
        found = traces.search(
            self._tables,
            since,
            until,
            int(one(params, "limit", "20")),
            service=service,
            operation=operation,
            tags=tags,
            **told,
        )
        shown = [_summary(trace, every) for trace, every in traces.read(self._tables, found).items()]
        return Answer({"traces": shown, "metrics": {"inspectedTraces": len(shown)}})

    def _trace(self, trace: str, shape: str) -> Answer:
        found = traces.read(self._tables, [trace.lower().zfill(32)])
        if not found:
            return Answer("trace not found\n", 404, "text/plain")
        batches = _batches(next(iter(found.values())))
        return Answer({"batches": batches} if shape == "batches" else {"trace": {"resourceSpans": batches}})

    def _names(self) -> list[tuple[str, str]]:
        query = """SELECT DISTINCT 'resource' AS scope, unnest(map_keys(ResourceAttributes)) AS name FROM {otel_traces}
                   UNION SELECT DISTINCT 'span', unnest(map_keys(SpanAttributes)) FROM {otel_traces} ORDER BY 1, 2"""
        return [(row["scope"], row["name"]) for row in self._tables.rows(query)]

    def _scopes(self, params: Params) -> Answer:
        scopes: dict[str, list[str]] = defaultdict(list)
        for scope, name in self._names():
            scopes[scope].append(name)
        return Answer({"scopes": [{"name": scope, "tags": names} for scope, names in scopes.items()]})

    def _values(self, name: str) -> list[str]:
        bare = name.removeprefix("resource.").removeprefix("span.").removeprefix(".")
        query = """SELECT DISTINCT value FROM (
                       SELECT ResourceAttributes[$name] AS value FROM {otel_traces}
                       UNION ALL SELECT SpanAttributes[$name] FROM {otel_traces})
                   WHERE value IS NOT NULL ORDER BY 1 LIMIT 1000"""
        return [row["value"] for row in self._tables.rows(query, {"name": bare})]

    def _typed(self, params: Params, name: str) -> Answer:
        return Answer({"tagValues": [{"type": "string", "value": value} for value in self._values(name)]})


def _traceql(text: str) -> dict[str, Any]:
    """One spanset with conditions joined by ``&&``."""
    inner = text.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        raise BadRequest(f"invalid TraceQL query: this server answers one spanset: {{ .. && .. }}, not {text[:60]!r}")
    inner, place = inner[1:-1], 0
    found: dict[str, Any] = {"tags": {}}
    while inner[place:].strip():
        read = _CONDITION.match(inner, place)
        if read is None:
            raise BadRequest(
                f"invalid TraceQL query: parse error at line 1, col {place + 2}: {inner[place:].strip()[:40]!r}"
            )
        _, attribute, intrinsic, how, value = read.groups()
        value, place = value.strip('"'), read.end()
        if intrinsic == "duration" and how != "=":
            found["least" if how.startswith(">") else "most"] = _duration(value)
        elif how != "=":
            raise BadRequest(f"invalid TraceQL query: this server compares only durations with {how}")
        elif intrinsic == "name":
            found["operation"] = value
        elif intrinsic == "status":
            found["tags"]["status"] = value
        elif intrinsic is not None:
            raise BadRequest(f"invalid TraceQL query: this server does not know the intrinsic {intrinsic}")
        else:
            found["tags"][attribute] = value
    return found


def _logfmt(text: str) -> dict[str, str]:
    return {k: v.strip('"') for k, v in re.findall(r'([\w.]+)=("[^"]*"|\S+)', text)}


def _duration(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ns|us|ms|s|m)", text)
    if found is None:
        raise BadRequest(f"invalid duration {text!r}: write 100ms, 2s")
    return float(found[1]) * _UNITS[found[2]]


def _time(text: str) -> datetime:
    return datetime.fromtimestamp(float(text), UTC)


def _summary(trace: str, every: Sequence[Span]) -> dict[str, Any]:
    top = traces.root(every)
    first, last = min(s["at"] for s in every), max(s["at"] + s["Duration"] for s in every)
    shown = [
        {"spanID": s["SpanId"], "startTimeUnixNano": str(s["at"]), "durationNanos": str(s["Duration"]),
         "attributes": [{"key": "service.name", "value": {"stringValue": s["ServiceName"]}}]}
        for s in every[:3]
    ]  # fmt: skip
    return {
        "traceID": trace.lstrip("0"), "rootServiceName": top["ServiceName"], "rootTraceName": top["SpanName"],
        "startTimeUnixNano": str(first), "durationMs": (last - first) // 1_000_000,
        "spanSets": [{"spans": shown, "matched": len(every)}],
    }  # fmt: skip


def _batches(every: Sequence[Span]) -> list[dict[str, Any]]:
    groups: dict[tuple[tuple[str, str], ...], list[dict[str, Any]]] = defaultdict(list)
    for span in every:
        shown = {
            "traceId": _base64(span["TraceId"]), "spanId": _base64(span["SpanId"]), "name": span["SpanName"],
            "kind": f"SPAN_KIND_{span['SpanKind'].upper()}", "startTimeUnixNano": str(span["at"]),
            "endTimeUnixNano": str(span["at"] + span["Duration"]),
            "attributes": _attributes(dict(span["SpanAttributes"])),
            "status": {"code": "STATUS_CODE_ERROR", "message": span["StatusMessage"]}
            if span["StatusCode"] == "Error" else {},
        }  # fmt: skip
        if span["ParentSpanId"]:
            shown["parentSpanId"] = _base64(span["ParentSpanId"])
        groups[tuple(sorted(dict(span["ResourceAttributes"]).items()))].append(shown)
    return [
        {"resource": {"attributes": _attributes(dict(resource))}, "scopeSpans": [{"scope": {}, "spans": shown}]}
        for resource, shown in groups.items()
    ]


def _attributes(told: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in sorted(told.items())]


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()
