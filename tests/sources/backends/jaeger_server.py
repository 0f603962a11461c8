"""Jaeger's query service over the rows of ``otel_traces``, as its handlers and models have it."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from .web import Backend, Call, Said

Row = Mapping[str, Any]


class JaegerServer(Backend):
    def __init__(self, rows: Sequence[Row], prefix: str = "") -> None:
        self.prefix = prefix
        self.traces: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self.traces[row["TraceId"]].append(row)
        self.names = sorted({row["ServiceName"] for row in rows})
        super().__init__()

    def respond(self, call: Call) -> Said:
        if not call.path.startswith(self.prefix):
            return Said("404 page not found\n", 404, "text/plain")
        path = call.path.removeprefix(self.prefix)
        by_id = re.fullmatch(r"/api/traces/(\w+)", path)
        if path == "/api/services":
            return _enveloped(self.names)
        if by_id:
            rows = self.traces.get(by_id[1].lower().zfill(32))
            return _enveloped([_trace(rows)]) if rows else _failed(404, "trace not found")
        if path == "/api/traces":
            return self._search(call)
        if path == "/api/dependencies":
            return _enveloped(self._edges(int(call.one("endTs")), int(call.one("lookback"))))
        return _failed(404, "not found")

    def _search(self, call: Call) -> Said:
        service = call.one("service")
        if not service:
            return _failed(400, "parameter 'service' is required")
        try:
            start, end, limit = int(call.one("start")), int(call.one("end")), int(call.one("limit", "100"))
            tags = json.loads(call.one("tags", "{}"))
        except ValueError as error:
            return _failed(400, f"unable to parse param: {error}")
        found = []
        for rows in self.traces.values():
            for row in rows:
                there = start <= row["ns"] // 1000 <= end and row["ServiceName"] == service
                known = {tag["key"]: str(tag["value"]).lower() for tag in _tags(row)} if there and tags else {}
                if there and all(known.get(key) == value for key, value in tags.items()):
                    found.append(rows)
                    break
        found = sorted(found, key=lambda rows: -rows[0]["ns"])[:limit]
        random.Random(limit).shuffle(found)
        return _enveloped([_trace(rows) for rows in found])

    def _edges(self, end: int, lookback: int) -> list[dict[str, Any]]:
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for rows in self.traces.values():
            known = {row["SpanId"]: row["ServiceName"] for row in rows}
            for row in rows:
                caller = known.get(row["ParentSpanId"])
                if caller and caller != row["ServiceName"] and end - lookback <= row["ns"] // 1_000_000 <= end:
                    counts[caller, row["ServiceName"]] += 1
        return [{"parent": a, "child": b, "callCount": n} for (a, b), n in counts.items()]


def _enveloped(data: Sequence[Any]) -> Said:
    return Said({"data": list(data), "total": 0, "limit": 0, "offset": 0, "errors": None})


def _failed(code: int, text: str) -> Said:
    return Said({"data": None, "total": 0, "limit": 0, "offset": 0, "errors": [{"code": code, "msg": text}]}, code)


def _trace(rows: Sequence[Row]) -> dict[str, Any]:
    processes: dict[str, dict[str, Any]] = {}
    keys: dict[str, str] = {}
    spans = []
    for row in rows:
        resource = {k: v for k, v in row["ResourceAttributes"].items() if k != "service.name"}
        process = {"serviceName": row["ServiceName"], "tags": [_tag(k, v) for k, v in resource.items()]}
        key = keys.setdefault(json.dumps(process), f"p{len(keys) + 1}")
        processes[key] = process
        parent = row["ParentSpanId"]
        references = [{"refType": "CHILD_OF", "traceID": row["TraceId"], "spanID": parent}] if parent else []
        spans.append({
            "traceID": row["TraceId"], "spanID": row["SpanId"], "operationName": row["SpanName"],
            "references": references, "startTime": row["ns"] // 1000, "duration": row["Duration"] // 1000,
            "tags": _tags(row), "logs": [], "processID": key, "warnings": None,
        })  # fmt: skip
    return {"traceID": rows[0]["TraceId"], "spans": spans, "processes": processes, "warnings": None}


def _tags(row: Row) -> list[dict[str, Any]]:
    found = [_tag(k, v) for k, v in row["SpanAttributes"].items()]
    found.append(_tag("span.kind", row["SpanKind"].lower()))
    if row["StatusCode"] == "Error":
        found += [_tag("otel.status_code", "ERROR"), {"key": "error", "type": "bool", "value": True}]
        found += [_tag("otel.status_description", row["StatusMessage"])] if row["StatusMessage"] else []
    return found


def _tag(key: str, value: str) -> dict[str, Any]:
    return (
        {"key": key, "type": "int64", "value": int(value)}
        if value.isdigit()
        else {"key": key, "type": "string", "value": value}
    )
