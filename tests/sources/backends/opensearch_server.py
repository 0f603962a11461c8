"""osmem, an independent implementation of OpenSearch's API, with the rows of ``otel_logs`` in two mappings."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

_KEYWORD = {"type": "keyword"}
_ECS = {"properties": {
    "@timestamp": {"type": "date"}, "message": {"type": "text"}, "service": {"properties": {"name": _KEYWORD}},
    "log": {"properties": {"level": _KEYWORD}}, "trace": {"properties": {"id": _KEYWORD}},
    "span": {"properties": {"id": _KEYWORD}},
}}  # fmt: skip
_OTEL = {
    "properties": {
        "@timestamp": {"type": "date"},
        "body": {"properties": {"text": {"type": "text"}}},
        "severity_text": _KEYWORD,
        "severity_number": {"type": "long"},
        "trace_id": _KEYWORD,
        "span_id": _KEYWORD,
        "resource": {"properties": {"attributes": {"properties": {"service": {"properties": {"name": _KEYWORD}}}}}},
    }
}


@contextmanager
def opensearch(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Its address; the indices are ``logs-ecs`` and ``logs-otel``."""
    server = pytest.importorskip("osmem_server", reason="needs osmem-server: pip install 'aisre-nb[test]'")
    with server.OsmemServer.start(japanese=False) as running:
        for index, mapping, document in (("logs-ecs", _ECS, _ecs), ("logs-otel", _OTEL, _otel)):
            _send("PUT", f"{running.url}/{index}", json.dumps({"mappings": mapping}))
            for start in range(0, len(rows), 1000):
                lines = [
                    line for row in rows[start : start + 1000] for line in ('{"index":{}}', json.dumps(document(row)))
                ]
                _send("POST", f"{running.url}/{index}/_bulk?refresh=true", "\n".join(lines) + "\n")
        yield running.url
    for pipe in (running.process.stdout, running.process.stderr):
        if pipe is not None:
            pipe.close()


def _send(method: str, url: str, body: str) -> None:
    kind = "application/x-ndjson" if "_bulk" in url else "application/json"
    request = urllib.request.Request(url, body.encode(), {"Content-Type": kind}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert not json.load(answer).get("errors")


def _time(row: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(row["ns"] // 1_000_000_000, UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{row['ns'] % 1_000_000_000:09d}Z"


def _ecs(row: Mapping[str, Any]) -> dict[str, Any]:
    told = row["LogAttributes"]
    found: dict[str, Any] = {
        "@timestamp": _time(row), "message": row["Body"], "service": {"name": row["ServiceName"]},
        "log": {"level": row["SeverityText"].lower()}, "host": {"name": row["ResourceAttributes"]["k8s.node.name"]},
    }  # fmt: skip
    if row["TraceId"]:
        found |= {"trace": {"id": row["TraceId"]}, "span": {"id": row["SpanId"]}}
    if "exception.type" in told:
        found["error"] = {"type": told["exception.type"], "message": told.get("exception.message"),
                          "stack_trace": told.get("exception.stacktrace")}  # fmt: skip
    return found


def _otel(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@timestamp": _time(row), "body": {"text": row["Body"]}, "severity_text": row["SeverityText"],
        "severity_number": row["SeverityNumber"], "trace_id": row["TraceId"], "span_id": row["SpanId"],
        "attributes": row["LogAttributes"], "resource": {"attributes": row["ResourceAttributes"]},
    }  # fmt: skip
