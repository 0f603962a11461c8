"""All services of a window with their requests, and who calls whom."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.queries import points, spans
from aisre_nb.sources.queries.tables import TableName, table, within
from aisre_nb.sources.reader import Reader
from aisre_nb.sources.request_metrics import HISTOGRAMS, best, quantiles, seconds_per_unit
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

SERVICES = ["service", "requests", "errors", "error_rate", "p95_ms", "signals"]
CALLS = ["caller", "callee", "calls", "errors", "p95_ms"]
SIGNALS: dict[TableName, str] = {
    "otel_metrics_gauge": "metrics",
    "otel_metrics_sum": "metrics",
    "otel_metrics_histogram": "metrics",
    "otel_traces": "traces",
    "otel_logs": "logs",
}
"""What each table is called when one speaks of it."""


def service_list(reader: Reader, window: Window) -> pd.DataFrame:
    """The frame of `MetricSource.services`; requests from metrics, else from spans, else null."""
    import pandas as pd

    signals = _signals(reader, window)
    if not signals:
        raise SignalMissing(f"no metric, span or log in {' to '.join(window.as_json().values())}{_elsewhere(reader)}")
    counted = _from_histograms(reader, window)
    spanned = _from_spans(reader, window, [name for name in signals if name not in set(counted["service"])])
    known = pd.concat([frame for frame in (counted, spanned) if len(frame)] or [counted], ignore_index=True)
    frame = pd.DataFrame({"service": sorted(signals)}).merge(known, on="service", how="left")
    for name in ("requests", "errors", "p95_ms"):
        frame[name] = pd.to_numeric(frame[name])
    frame["error_rate"] = frame["errors"] / frame["requests"].where(frame["requests"] > 0)
    frame["signals"] = [", ".join(sorted(signals[name], key=_ORDER.index)) for name in frame["service"]]
    return frame[SERVICES]


def _elsewhere(reader: Reader) -> str:
    """From when to when something is stored, for who asks of another time."""
    extents = [found for name in SIGNALS if reader.has(name) and (found := reader.extent(name))]
    if not extents:
        return ""
    whole = Window(min(e.start for e in extents), max(e.end for e in extents))
    return f"; what is stored lies from {' to '.join(whole.as_json().values())}"


_ORDER = ["metrics", "traces", "logs"]


def _signals(reader: Reader, window: Window) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, signal in SIGNALS.items():
        if reader.has(name):
            rows = within(table(name), window)
            for service in reader.frame(rows.select(service=rows.ServiceName).distinct())["service"]:
                found.setdefault(service, set()).add(signal)
    found.pop("", None)
    return found


def _from_histograms(reader: Reader, window: Window) -> pd.DataFrame:
    import pandas as pd

    empty = pd.DataFrame(columns=["service", "requests", "errors", "p95_ms"])
    if not reader.has("otel_metrics_histogram"):
        return empty
    names = reader.frame(points.names("otel_metrics_histogram", window, None))
    chosen = {service: best(group["metric"], HISTOGRAMS) for service, group in names.groupby("service")}
    metrics = sorted({metric for metric in chosen.values() if metric})
    if not metrics:
        return empty
    counts = reader.frame(points.requests_per_service(points.counted("otel_metrics_histogram", window, metrics, None)))
    buckets = reader.frame(points.buckets_per_service(points.bucketed(window, metrics, None)))
    p95 = quantiles(buckets, ["service", "metric"], {"p95_ms": 0.95}, 1000.0)
    frame = counts.merge(p95, on=["service", "metric"], how="left")
    frame = frame[[chosen.get(s) == m for s, m in zip(frame["service"], frame["metric"], strict=True)]]
    units = {(row.service, row.metric): str(row.unit) for row in names.itertuples()}
    scale = [seconds_per_unit(m, units.get((s, m), "")) for s, m in zip(frame["service"], frame["metric"], strict=True)]
    p95_ms = pd.to_numeric(frame["p95_ms"]) * scale
    return frame.assign(errors=frame["errors"].fillna(0), p95_ms=p95_ms)[list(empty.columns)]


def _from_spans(reader: Reader, window: Window, services: list[str]) -> pd.DataFrame:
    import pandas as pd

    frames = [pd.DataFrame(columns=["service", "requests", "errors", "p95_ms"])]
    if reader.has("otel_traces") and services:
        kinds = reader.frame(spans.kinds(window))
        kinds = kinds[kinds["service"].isin(services)]
        server, consumer = kinds["servers"] > 0, (kinds["servers"] == 0) & (kinds["consumers"] > 0)
        groups: list[tuple[spans.Served, pd.Series[bool]]] = [
            ("server", server),
            ("consumer", consumer),
            ("entry", ~server & ~consumer),
        ]
        for how, which in groups:
            names = kinds.loc[which, "service"].tolist()
            if names:
                frames.append(reader.frame(spans.per_service(spans.served(window, how, names))))
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]


def call_graph(reader: Reader, window: Window, topology: Path | None) -> pd.DataFrame:
    """The frame of `MetricSource.calls`: from spans, else from ``topology.json``, whose numbers are null."""
    import pandas as pd

    if reader.has("otel_traces"):
        found = [_between(reader, window), reader.frame(spans.leaf_calls(window))]
        filled = [frame for frame in found if len(frame)]
        if filled:
            return pd.concat(filled, ignore_index=True)
    elif topology is None or not topology.is_file():
        reader.need("otel_traces")
    pairs = _drawn(reader, topology) if topology is not None and topology.is_file() else []
    if pairs:
        reader.notes.append("there are no spans: the call graph is topology.json's, without counts")
    frame = pd.DataFrame(pairs, columns=CALLS[:2]).reindex(columns=CALLS)
    return frame.astype({"calls": "float64", "errors": "float64", "p95_ms": "float64"})


def _between(reader: Reader, window: Window) -> pd.DataFrame:
    """Calls between services, with a note on each pair whose clocks cannot both be right."""
    frame = reader.frame(spans.calls(window))
    named = zip(frame["caller"], frame["callee"], frame["after_start"], frame["after_end"], strict=True)
    for caller, callee, after_start, after_end in named:
        # No call begins before its caller's span does, and none that is waited for begins after it.
        off = min(float(after_start), 0.0) or max(float(after_end), 0.0)
        if abs(off) >= _CLOCKS:
            apart = f"about {_span(abs(off))} {'ahead of' if off > 0 else 'behind'}"
            reader.notes.append(
                f"the clocks disagree: that of {callee} is {apart} that of {caller}; orders in time between them prove "
                "nothing"
            )
    return frame[CALLS]


_CLOCKS = 3.0
"""Seconds by which clocks must be apart to be told of; spans are compared by whole ones."""


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _drawn(reader: Reader, topology: Path) -> list[tuple[str, str]]:
    """Caller and callee of each edge that can be read, once."""
    try:
        edges = json.loads(topology.read_text("utf-8"))
        if not isinstance(edges, list):
            raise ValueError("it is not a list of caller, callee")
    except (OSError, ValueError, RecursionError) as error:
        reader.notes.append(f"{topology.name} cannot be read, and is left out: {error}")
        return []
    pairs = [_pair(edge) for edge in edges]
    if None in pairs:
        reader.notes.append(f"{topology.name}: {pairs.count(None)} of {len(pairs)} edges cannot be read")
    return list(dict.fromkeys(pair for pair in pairs if pair))


def _pair(edge: object) -> tuple[str, str] | None:
    names = (edge.get("caller"), edge.get("callee")) if isinstance(edge, dict) else (None, None)
    caller, callee = (name if isinstance(name, str) else "" for name in names)
    return (caller, callee) if caller and callee else None
