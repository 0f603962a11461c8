"""Which metrics count and time the requests that a service serves, by the names that instrumentation gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

HISTOGRAMS: Mapping[str, float] = {
    "http.server.request.duration": 1.0,
    "http_server_request_duration_seconds": 1.0,
    "http_server_request_duration": 1.0,
    "http.server.duration": 0.001,
    "http_server_duration_milliseconds": 0.001,
    "http_server_duration": 0.001,
    "http_server_requests_seconds": 1.0,
    "http_request_duration_seconds": 1.0,
    "rpc.server.call.duration": 1.0,
    "rpc.server.duration": 0.001,
    "rpc_server_duration_milliseconds": 0.001,
    "grpc_server_handling_seconds": 1.0,
    "istio_request_duration_milliseconds": 0.001,
}
"""Histograms of served requests and their unit in seconds, the most telling first.

OpenTelemetry's semantic conventions (HTTP stable and before 1.23, RPC), their Prometheus names, Micrometer, client
libraries' usual name, Istio.
"""

COUNTERS: tuple[str, ...] = (
    "http.server.request.count",
    "http_server_requests_total",
    "http_requests_total",
    "http_server_request_count",
    "grpc_server_handled_total",
    "istio_requests_total",
)
"""Counters of served requests, the most telling first."""

_UNITS = {"s": 1.0, "ms": 0.001, "us": 0.000001, "ns": 0.000000001}
_NAMED_UNIT = re.compile(r"\(([^()]{1,8})\)$")
_ENDINGS = {
    "_seconds": "s",
    "_milliseconds": "ms",
    "_bytes": "By",
    ".utilization": "1",
    "_ratio": "1",
    "_percent": "%",
}


def best(names: Iterable[str], known: Iterable[str]) -> str | None:
    """The first of ``known`` that is among ``names``."""
    there = set(names)
    return next((name for name in known if name in there), None)


def seconds_per_unit(metric: str, unit: str) -> float:
    """What to multiply a histogram's bounds with; the stored unit goes before what the name promises."""
    return _UNITS.get(unit, HISTOGRAMS.get(metric, 1.0))


def unit_of(metric: str, unit: str) -> str:
    """The stored unit, or the one that the name ends with: ``"LatencyP90(s)"``, ``"memory_bytes"``."""
    if unit:
        return unit
    named = _NAMED_UNIT.search(metric)
    if named:
        return named.group(1)
    return next((found for ending, found in _ENDINGS.items() if metric.endswith(ending)), "")


def quantile(bounds: list[float], counts: list[float], q: float) -> float | None:
    """The ``q``-quantile of a histogram; None where it is empty.

    Linear within the bucket, the highest finite bound where it falls into the last one: Prometheus'
    ``histogram_quantile``.
    """
    total = sum(counts)
    if total <= 0:
        return None
    rank, below, lower = q * total, 0.0, 0.0
    for bound, count in zip(bounds, counts, strict=True):
        if count > 0 and below + count >= rank:
            return lower if bound == float("inf") else lower + (bound - lower) * (rank - below) / count
        below += count
        lower = bound if bound != float("inf") else lower
    return lower


def quantiles(buckets: pd.DataFrame, by: list[str], wanted: Mapping[str, float], scale: float) -> pd.DataFrame:
    """One row a group of ``by``; a column for each wanted quantile, in units of ``scale`` bounds."""
    import pandas as pd

    rows = []
    for key, group in buckets.groupby(by, sort=True):
        group = group.sort_values("bound")
        bounds, counts = group["bound"].tolist(), group["n"].tolist()
        found = {name: quantile(bounds, counts, q) for name, q in wanted.items()}
        rows.append({**dict(zip(by, key, strict=True)), **{n: v and v * scale for n, v in found.items()}})
    return pd.DataFrame(rows, columns=[*by, *wanted])
