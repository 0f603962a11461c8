"""TraceQL that somebody wrote: traces or series, as a frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.mirror import otlp
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.rows import plain, trace_id
from aisre_nb.sources.mirror.series import SERIES, labelled, series_frame
from aisre_nb.sources.tempo.reading import SEARCH, found, params, seconds
from aisre_nb.sources.tempo.traceql import is_metric
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

TRACES = ["trace_id", "start", "duration_ms", "root_service", "root_operation", "matched", "attributes"]
_SPANS = 3
"""Spans that are shown of a trace that matched."""


async def answered(
    asked: Asked, name: str, query: str, window: Window, limit: int, step_seconds: int | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Traces (`TRACES`; ``attributes`` of the first span that matched), newest first, or series; and notes."""
    if is_metric(query):
        start, end = seconds(window)
        step = step_seconds or max(1, (end - start) // 250)
        told = [("q", query), ("start", str(start)), ("end", str(end)), ("step", f"{step}s")]
        return _series(await asked.json("/api/metrics/query_range", told), name)
    traces = found(await asked.json(SEARCH, params(query, window, limit, _SPANS)), name)
    return _traces(traces, limit)


def _traces(traces: list[Mapping[str, Any]], limit: int) -> tuple[pd.DataFrame, tuple[str, ...]]:
    import pandas as pd

    rows = []
    for one in traces:
        # Before version 2.2 there was one set of spans, under another name.
        sets = one.get("spanSets") or [one.get("spanSet")]
        sets = [some for some in sets if isinstance(some, dict)]
        shown = [span for some in sets for span in some.get("spans") or [] if isinstance(span, dict)]
        rows.append((
            trace_id(one["traceID"]), _number(one.get("startTimeUnixNano")), float(_number(one.get("durationMs"))),
            plain(one.get("rootServiceName")), plain(one.get("rootTraceName")),
            sum(_number(some.get("matched")) for some in sets),
            otlp.attributes(shown[0].get("attributes")) if shown else {},
        ))  # fmt: skip
    rows.sort(key=lambda row: -row[1])
    frame = pd.DataFrame(rows, columns=TRACES)
    frame["start"] = pd.to_datetime(frame["start"].astype("int64"), unit="ns", utc=True)
    full = len(frame) >= limit
    return frame, (f"{limit} traces are here, in no order that tells which; there may be more",) if full else ()


def _series(reply: Any, name: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    series = reply.get("series") if isinstance(reply, dict) else None
    if series is None and isinstance(reply, dict):
        series = []
    if not isinstance(series, list):
        raise SourceUnreachable(f"{name} answers with something else than series", "is that the url of a Tempo?")
    points = []
    for one in series:
        labels = otlp.attributes(one.get("labels"))
        labels.pop("__name__", None)
        service = labels.get("resource.service.name", labels.get("service.name", ""))
        for sample in one.get("samples") or []:
            # A sample of zero has no value: protobuf leaves it out.
            at, value = _number(sample.get("timestampMs")), float(sample.get("value") or 0.0)
            points.append((at * 1e6, service, labelled(labels), value, ""))
    return series_frame(points, SERIES)


def _number(told: object) -> int:
    try:
        return int(told)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return 0
