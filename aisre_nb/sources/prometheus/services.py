"""All services of a window with their requests, and who calls whom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.prometheus.asked import Asked, either
from aisre_nb.sources.prometheus.selector import listed, selector
from aisre_nb.sources.prometheus.served import Served, served
from aisre_nb.sources.service_list import CALLS, SERVICES

if TYPE_CHECKING:
    import pandas as pd

_FAMILIES = 4
"""Kinds of metrics of requests that are asked; a house has one or two."""
Numbers = dict[str, float]
"""By service."""


async def service_list(asked: Asked) -> pd.DataFrame:
    """The frame of `MetricSource.services`; requests are null where no metric counts them."""
    import pandas as pd

    label = asked.catalog.service
    values = await asked.asking.listed(f"/api/v1/label/{label}/values", (), asked.window)
    known = {asked.catalog.name_of(value) for value in values if value}
    families = served(asked.catalog.names)[:_FAMILIES]
    found = await gathered(_counted(asked, one) for one in families)
    rows: dict[str, dict[str, Any]] = {name: {"service": name} for name in known}
    for requests, errors, p95 in found:
        for name, count in requests.items():
            # The most telling metric of a service counts, and no other one beside it.
            row = rows.setdefault(name, {"service": name})
            if "requests" not in row and count > 0:
                row |= {"requests": count, "errors": errors.get(name, 0.0), "p95_ms": p95.get(name)}
    if not rows:
        raise SignalMissing(f"no metric has a label {label!r} in that window", 'name one: service_label = "…"')
    if not families:
        asked.asking.notes.append("no metric of served requests is known by its name: services are listed without them")
    frame = pd.DataFrame([rows[name] for name in sorted(rows)], columns=SERVICES)
    for name in ("requests", "errors", "p95_ms"):
        frame[name] = pd.to_numeric(frame[name])
    frame["error_rate"] = frame["errors"] / frame["requests"].where(frame["requests"] > 0)
    frame["signals"] = "metrics"
    return frame


async def _counted(asked: Asked, one: Served) -> tuple[Numbers, Numbers, Numbers]:
    label = one.service or asked.catalog.service
    seconds = max(1, round(asked.window.duration.total_seconds()))
    failed = await asked.failing(one)
    by = f"sum by ({listed([label])})"
    queries = [f"{by} (increase({selector(one.count, one.only)}[{seconds}s]))"]
    if failed:
        queries.append(f"{by} ({either('increase', one.count, one.only, failed, seconds)})")
    if one.buckets:
        rates = f"sum by ({listed([label, 'le'])}) (rate({selector(one.buckets, one.only)}[{seconds}s]))"
        queries.append(f"histogram_quantile(0.95, {rates})")
    found = [await _numbers(asked, label, query) for query in queries]
    p95 = found.pop() if one.buckets else {}
    errors = found[1] if failed else {}
    return found[0], errors, {name: value * one.seconds * 1000 for name, value in p95.items()}


async def _numbers(asked: Asked, label: str, query: str) -> Numbers:
    found: Numbers = {}
    for course in await asked.asking.instant(query, asked.window.end):
        name, value = asked.catalog.name_of(course.labels.get(label, ""), label), course.values[0]
        if name and math.isfinite(value):
            found[name] = found.get(name, 0.0) + value
    return found


_GRAPHS = (
    # Tempo's metrics generator and the collector's servicegraph connector.
    ("traces_service_graph_request_total", "traces_service_graph_request_failed_total",
     "traces_service_graph_request_server_seconds_bucket", "client", "server", 1.0, ""),
    ("istio_requests_total", "", "istio_request_duration_milliseconds_bucket", "source_canonical_service",
     "destination_canonical_service", 0.001, 'reporter="destination"'),
)  # fmt: skip
"""Counter of calls, of failed ones, histogram; labels of caller and callee; seconds per unit; what else is matched."""


async def call_graph(asked: Asked) -> pd.DataFrame:
    """The frame of `MetricSource.calls`. Raises `SignalMissing` where no metric tells it."""
    import pandas as pd

    graph = next((graph for graph in _GRAPHS if graph[0] in asked.catalog.names), None)
    if graph is None:
        raise SignalMissing(
            "no metric tells who calls whom", "traces do; or let Tempo or the collector make service graph metrics"
        )
    count, failed, buckets, caller, callee, seconds, only = graph
    span = max(1, round(asked.window.duration.total_seconds()))
    by = f"{listed([caller, callee])}"

    def increase(name: str, more: str = "") -> str:
        inside = ",".join(part for part in (only, more) if part)
        return f"sum by ({by}) (increase({name}{{{inside}}}[{span}s]))"

    bad = increase(failed) if failed else increase(count, 'response_code=~"5.."')
    queries = [increase(count), bad]
    if buckets in asked.catalog.names:
        queries.append(f"histogram_quantile(0.95, sum by ({by}, le) (rate({buckets}{{{only}}}[{span}s])))")
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for query, column in zip(queries, ("calls", "errors", "p95_ms"), strict=False):
        for course in await asked.asking.instant(query, asked.window.end):
            pair = course.labels.get(caller, ""), course.labels.get(callee, "")
            if all(pair) and math.isfinite(course.values[0]):
                value = course.values[0] * (seconds * 1000 if column == "p95_ms" else 1.0)
                rows.setdefault(pair, dict(zip(CALLS[:2], pair, strict=True)))[column] = value
    kept = [{"errors": 0.0, **row} for _, row in sorted(rows.items()) if row.get("calls")]
    frame = pd.DataFrame(kept, columns=CALLS)
    return frame.astype({"calls": "float64", "errors": "float64", "p95_ms": "float64"})
