"""Which metrics count and time the requests that services serve, by the names that are there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from aisre_nb.sources.prometheus.selector import Matcher
from aisre_nb.sources.request_metrics import COUNTERS, HISTOGRAMS

_FOREIGN = re.compile(
    r"client|outgoing|upstream|egress|db_|sql|redis|cache|queue|prometheus_|alertmanager_|grafana_|etcd_|apiserver|"
    r"kubelet|coredns|promhttp|webhook|workqueue|rest_"
)
"""Words in names of requests that somebody makes, or of the machinery's own."""
_TIMED = re.compile(r".*(request|handl|http|grpc|rpc|server)\w*(duration|latency|seconds|time)\w*")
_COUNTED = re.compile(r".*(requests|request|handled|responses)_(total|count)")
_GRPC_FAULTS = "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss|2|4|12|13|14|15"
"""What of gRPC is the server's fault, by name and by number, as OpenTelemetry's conventions list them."""
_STATUS = ("http_response_status_code", "http.response.status_code", "http_status_code", "http.status_code",
           "status_code", "response_code", "status", "code")  # fmt: skip
_GRPC = ("rpc_grpc_status_code", "rpc.grpc.status_code", "rpc_response_status_code", "grpc_code", "grpc_status")
_SPAN_SERVER: Matcher = ("span_kind", "=~", "SPAN_KIND_SERVER|SPAN_KIND_CONSUMER")
_SPAN_ERROR: Matcher = ("status_code", "=", "STATUS_CODE_ERROR")


_MESSAGES = {"messaging.process.duration": 1.0, "messaging_process_duration_seconds": 1.0}
"""Of who takes messages from a queue, what OpenTelemetry's conventions call it."""


@dataclass(frozen=True)
class Served:
    """Metrics of served requests."""

    count: str
    """The counter."""
    buckets: str | None = None
    seconds: float = 1.0
    """A second, in the buckets' unit, is one through this."""
    only: tuple[Matcher, ...] = ()
    """What belongs to serving, where the metric holds more."""
    failed: tuple[tuple[Matcher, ...], ...] = ()
    """Failed requests, where the labels need not be asked: any of these."""
    service: str | None = None
    """The label that names the service, where it is one of the metric's own."""


def served(names: Collection[str]) -> list[Served]:
    """The most telling first: OpenTelemetry's, client libraries', what a name suggests, then metrics of spans."""
    there = set(names)
    found: dict[str, Served] = {}
    for one in (*_known(there), *_suggested(there), *_spans(there)):
        found.setdefault(one.count, one)
    return list(found.values())


def _known(names: set[str]) -> Iterator[Served]:
    for metric, seconds in {**HISTOGRAMS, **_MESSAGES}.items():
        for base in (metric, metric.replace(".", "_")):
            if f"{base}_bucket" in names or f"{base}_count" in names:
                buckets = f"{base}_bucket" if f"{base}_bucket" in names else None
                if base.startswith("istio_"):
                    yield _istio(f"{base}_count", buckets, seconds)
                else:
                    yield Served(f"{base}_count", buckets, seconds)
    for metric in COUNTERS:
        for base in (metric, f"{metric.replace('.', '_')}_total", metric.replace(".", "_")):
            if base in names:
                yield _istio(base) if base.startswith("istio_") else Served(base)


def _istio(count: str, buckets: str | None = None, seconds: float = 1.0) -> Served:
    return Served(
        count,
        buckets,
        seconds,
        (("reporter", "=", "destination"),),
        ((("response_code", "=~", "5.."),),),
        "destination_canonical_service",
    )


def _suggested(names: set[str]) -> Iterator[Served]:
    for name in sorted(names):
        base = name.removesuffix("_bucket")
        if base != name and f"{base}_count" in names and _TIMED.fullmatch(base) and not _FOREIGN.search(base):
            milli = re.search(r"_(ms|millis|milliseconds)(_|$)", base)
            yield Served(f"{base}_count", name, 0.001 if milli else 1.0)
    for name in sorted(names):
        if (
            _COUNTED.fullmatch(name)
            and not _FOREIGN.search(name)
            and f"{name.removesuffix('_count')}_bucket" not in names
        ):
            yield Served(name)


def _spans(names: set[str]) -> Iterator[Served]:
    """What Tempo's generator and the collector's connector make of spans."""
    kinds: Mapping[str, tuple[str, float, str]] = {
        "traces_spanmetrics_calls_total": ("traces_spanmetrics_latency_bucket", 1.0, "service"),
        "traces_span_metrics_calls_total": ("traces_span_metrics_duration_milliseconds_bucket", 0.001, "service_name"),
        "calls_total": ("duration_milliseconds_bucket", 0.001, "service_name"),
    }
    for count, (buckets, seconds, label) in kinds.items():
        if count in names:
            timed = buckets if buckets in names else None
            yield Served(count, timed, seconds, (_SPAN_SERVER,), ((_SPAN_ERROR,),), label)


def failing(one: Served, labels: Collection[str]) -> tuple[tuple[Matcher, ...], ...]:
    """Matchers of failed requests, any of which is one: 5XX, a fault of gRPC, or an ``error_type`` alone."""
    if one.failed:
        return one.failed
    status = next((label for label in _STATUS if label in labels), None)
    grpc = next((label for label in _GRPC if label in labels), None)
    kind = next((label for label in ("error_type", "error.type") if label in labels), None)
    found: list[tuple[Matcher, ...]] = []
    if status:
        found.append(((status, "=~", "5.." if "code" in status else "5..|error|ERROR"),))
    if grpc:
        found.append(((grpc, "=~", _GRPC_FAULTS),))
    if kind:
        nothing: list[Matcher] = [(label, "=", "") for label in (status, grpc) if label]
        found.append(((kind, "!=", ""), *nothing))
    return tuple(found)
