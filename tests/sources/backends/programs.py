"""The real Loki, Tempo and Jaeger, where LOKI_BIN, TEMPO_BIN and JAEGER_BIN name them: started, and given the rows."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .loki_server import Entry

_READY = 60.0
"""Seconds until a program must answer."""
_BATCH = 1000

_LOKI = """
auth_enabled: false
server:
  {{http_listen_address: 127.0.0.1, http_listen_port: {http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: {grpc}}}
common:
  path_prefix: {folder}
  replication_factor: 1
  ring: {{instance_addr: 127.0.0.1, kvstore: {{store: inmemory}}}}
  storage: {{filesystem: {{chunks_directory: {folder}/chunks, rules_directory: {folder}/rules}}}}
schema_config:
  configs:
    - {{from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {{prefix: index_, period: 24h}}}}
querier: {{query_ingesters_within: 0}}
limits_config:
  reject_old_samples: false
  allow_structured_metadata: true
  ingestion_rate_mb: 200
  ingestion_burst_size_mb: 400
  per_stream_rate_limit: 200MB
analytics: {{reporting_enabled: false}}
"""
_TEMPO = """
server:
  {{http_listen_address: 127.0.0.1, http_listen_port: {http}, grpc_listen_address: 127.0.0.1, grpc_listen_port: {grpc}}}
distributor: {{receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{otlp}"}}}}}}}}}}
query_frontend: {{search: {{query_ingesters_until: 100000h}}}}
storage: {{trace: {{backend: local, local: {{path: {folder}/blocks}}, wal: {{path: {folder}/wal}}}}}}
usage_report: {{reporting_enabled: false}}
"""
_JAEGER = """
service:
  extensions: [jaeger_storage, jaeger_query]
  pipelines: {{traces: {{receivers: [otlp], exporters: [jaeger_storage_exporter]}}}}
  telemetry: {{metrics: {{level: none}}}}
extensions:
  jaeger_storage: {{backends: {{some: {{memory: {{max_traces: 100000}}}}}}}}
  jaeger_query:
    {{storage: {{traces: some}}, http: {{endpoint: "127.0.0.1:{http}"}}, grpc: {{endpoint: "127.0.0.1:{grpc}"}}}}
receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{otlp}"}}}}}}}}
exporters: {{jaeger_storage_exporter: {{trace_storage: some}}}}
"""


@contextmanager
def real_loki(entries: Sequence[Entry], folder: Path) -> Iterator[str]:
    """Its address."""
    with _running(os.environ["LOKI_BIN"], "-config.file={}", _LOKI, "/ready", folder) as (url, _):
        for start in range(0, len(entries), _BATCH):
            streams: dict[str, list[Any]] = defaultdict(list)
            for at, line, labels, metadata in entries[start : start + _BATCH]:
                streams[json.dumps(labels, sort_keys=True)].append([str(at), line, metadata])
            told = [{"stream": json.loads(labels), "values": values} for labels, values in streams.items()]
            _post(f"{url}/loki/api/v1/push", {"streams": told})
        yield url


@contextmanager
def real_tempo(rows: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[str]:
    """Its address."""
    with _running(os.environ["TEMPO_BIN"], "-config.file={}", _TEMPO, "/ready", folder) as (url, otlp):
        _push(otlp, rows)
        yield url


@contextmanager
def real_jaeger(rows: Sequence[Mapping[str, Any]], folder: Path) -> Iterator[str]:
    """Its address."""
    with _running(os.environ["JAEGER_BIN"], "--config={}", _JAEGER, "/api/services", folder) as (url, otlp):
        _push(otlp, rows)
        yield url


@contextmanager
def _running(program: str, option: str, config: str, ready: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The address, and where spans are pushed to."""
    http, grpc, otlp = (_free() for _ in range(3))
    file = folder / "config.yaml"
    file.write_text(config.format(http=http, grpc=grpc, otlp=otlp, folder=folder))
    url = f"http://127.0.0.1:{http}"
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [program, option.format(file)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder
        )
        try:
            _wait(process, url + ready, folder / "log.txt")
            yield url, f"http://127.0.0.1:{otlp}/v1/traces"
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + _READY
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"{url} did not come up: {log.read_text()[-2000:]}")


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _push(url: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """By the OpenTelemetry protocol, whose JSON has ids in hexadecimal digits."""
    for start in range(0, len(rows), _BATCH):
        batches: dict[str, dict[str, Any]] = {}
        for row in rows[start : start + _BATCH]:
            resource = {"attributes": _attributes(row["ResourceAttributes"])}
            batch = batches.setdefault(json.dumps(resource), {"resource": resource, "scopeSpans": [{"spans": []}]})
            batch["scopeSpans"][0]["spans"].append(_span(row))
        _post(url, {"resourceSpans": list(batches.values())})


def _span(row: Mapping[str, Any]) -> dict[str, Any]:
    kinds = ("", "Internal", "Server", "Client", "Producer", "Consumer")
    return {
        "traceId": row["TraceId"], "spanId": row["SpanId"], "parentSpanId": row["ParentSpanId"],
        "name": row["SpanName"], "kind": kinds.index(row["SpanKind"]), "startTimeUnixNano": str(row["ns"]),
        "endTimeUnixNano": str(row["ns"] + row["Duration"]), "attributes": _attributes(row["SpanAttributes"]),
        "status": {"code": 2, "message": row["StatusMessage"]} if row["StatusCode"] == "Error" else {},
    }  # fmt: skip


def _attributes(told: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in told.items()]


def _post(url: str, body: Any) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status in (200, 204)
