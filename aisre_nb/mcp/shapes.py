"""The shapes in which systems answer: where the rows are, and what their times and durations are measured in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_DEPTH = 5
_EPOCHS = ((1e17, "ns"), (1e14, "us"), (1e11, "ms"), (0.0, "s"))
_GO_UTC = r" \+0000 UTC$"
_YEARS = (1700, 2250)
_DURATIONS = {
    "duration_ms": 1.0, "durationms": 1.0, "duration_us": 1e-3, "duration_ns": 1e-6, "duration_s": 1e3,
    "duration_seconds": 1e3, "durationnano": 1e-6, "duration_nano": 1e-6, "latency_ms": 1.0,
}  # fmt: skip
_FAILED = {"error", "err", "status_code_error", "2", "true", "failed", "failure"}


def rows(value: Any) -> list[dict[str, Any]]:
    """The rows that a JSON value holds; none where it is no table."""
    if isinstance(value, Mapping):
        for read in (_prometheus, _loki, _grafana, _columns, _jaeger):
            if found := read(value):
                return found
        # A list beside an empty result, of links or warnings, is not what was asked for.
        if _names_its_rows(value) or _is_one_object(value):
            return []
    found = max(_lists(value, 0), key=len, default=[])
    # An object with a list somewhere in it is no table: the rest of it would be lost.
    return found if isinstance(value, list) or 2 * len(json.dumps(found)) >= len(json.dumps(value)) else []


def _names_its_rows(value: Mapping[str, Any]) -> bool:
    inner = value.get("data")
    return any(isinstance(each, Mapping) and "resultType" in each and "result" in each for each in (value, inner))


def _is_one_object(value: Mapping[str, Any]) -> bool:
    """One object of Kubernetes, and no list of them."""
    return {"apiVersion", "kind", "metadata"} <= set(value) and not isinstance(value.get("items"), list)


def _lists(value: Any, depth: int) -> list[list[dict[str, Any]]]:
    """Every list of objects, the outermost first."""
    if depth > _DEPTH:
        return []
    if isinstance(value, list):
        if value and all(isinstance(row, dict) for row in value):
            # A single object that holds the list is no row of it.
            inner = _lists(value[0], depth + 1) if len(value) == 1 else []
            return inner or [value]
        return []
    if not isinstance(value, Mapping):
        return []
    for read in (_prometheus, _loki, _jaeger) if depth else ():
        if found := read(value):
            return [found]
    return [found for inner in list(value.values())[:200] for found in _lists(inner, depth + 1)]


def _prometheus(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``{"resultType": "matrix" or "vector", "result": [{"metric": {}, "values": [[s, "1"]]}]}``, or one value."""
    if value.get("resultType") in ("scalar", "string") and _pair(value.get("result")):
        at, told = value["result"][:2]
        return [{"time": at, "value": told if number(told) is None else number(told)}]
    if value.get("resultType") not in ("matrix", "vector") or not isinstance(value.get("result"), list):
        return _prometheus(value["data"]) if isinstance(value.get("data"), Mapping) else []
    found: list[dict[str, Any]] = []
    for series in value["result"]:
        labels = series.get("metric") if isinstance(series, Mapping) else None
        if not isinstance(labels, Mapping):
            continue
        told = {("signal" if k == "__name__" else str(k)): str(v) for k, v in labels.items()}
        points = series.get("values") or ([series["value"]] if "value" in series else [])
        found += [
            {**told, "time": float(at), "value": number(v)} for at, v in filter(_pair, points) if number(at) is not None
        ]
    return found


def _loki(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``{"resultType": "streams", "result": [{"stream": {}, "values": [["ns", "line"]]}]}``."""
    if value.get("resultType") != "streams" or not isinstance(value.get("result"), list):
        return _loki(value["data"]) if isinstance(value.get("data"), Mapping) else []
    found: list[dict[str, Any]] = []
    for stream in value["result"]:
        labels = stream.get("stream") if isinstance(stream, Mapping) else None
        if isinstance(labels, Mapping):
            told = {str(k): str(v) for k, v in labels.items()}
            found += [{**told, "time": p[0], "body": str(p[1])} for p in stream.get("values", ()) if _pair(p)]
    return found


def _grafana(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A data frame: ``{"schema": {"fields": [{"name"}]}, "data": {"values": [[column], …]}}``."""
    schema, data = value.get("schema"), value.get("data")
    fields = schema.get("fields") if isinstance(schema, Mapping) else None
    values = data.get("values") if isinstance(data, Mapping) else None
    if not isinstance(fields, list) or not isinstance(values, list) or len(fields) != len(values):
        return []
    names = [str(f.get("name", n)) if isinstance(f, Mapping) else str(n) for n, f in enumerate(fields)]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=False)] if all(map(_list, values)) else []


def _columns(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``{"columns": ["a"], "rows": [[1]]}``, or ``{"a": [1, 2], "b": [3, 4]}``."""
    names = value.get("columns")
    lines = next((value[k] for k in ("rows", "data", "values") if isinstance(value.get(k), list)), None)
    if isinstance(names, list) and lines and all(_list(line) and len(line) == len(names) for line in lines):
        told = [str(n.get("name", "")) if isinstance(n, Mapping) else str(n) for n in names]
        return [dict(zip(told, line, strict=True)) for line in lines]
    whole = list(value.values())
    if len(whole) > 1 and all(_list(v) and len(v) == len(whole[0]) > 1 for v in whole):
        plain = all(not isinstance(cell, dict | list) for column in whole for cell in column[:3])
        return [dict(zip(value, row, strict=True)) for row in zip(*whole, strict=True)] if plain else []
    return []


def _jaeger(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """``{"data": [{"spans": [...], "processes": {"p1": {"serviceName"}}}]}``, microseconds."""
    traces = value.get("data")
    if not isinstance(traces, list) or not all(
        isinstance(t, Mapping) and isinstance(t.get("spans"), list) for t in traces
    ):
        return []
    found: list[dict[str, Any]] = []
    for trace in traces:
        processes = trace.get("processes") if isinstance(trace.get("processes"), Mapping) else {}
        for span in filter(lambda s: isinstance(s, Mapping), trace["spans"]):
            tags = {t.get("key"): t.get("value") for t in span.get("tags") or () if isinstance(t, Mapping)}
            process = processes.get(span.get("processID"))
            parents = [r.get("spanID") for r in span.get("references") or () if isinstance(r, Mapping)]
            found.append(
                {
                    "trace_id": span.get("traceID"), "span_id": span.get("spanID"),
                    "parent_span_id": next(iter(parents), ""), "operation": span.get("operationName"),
                    "start": span.get("startTime"), "duration_us": span.get("duration"),
                    "service": process.get("serviceName", "") if isinstance(process, Mapping) else "",
                    "kind": tags.get("span.kind", ""), "error": bool(tags.get("error")),
                }
            )  # fmt: skip
    return found


def instants(column: pd.Series[Any]) -> pd.Series[Any]:
    """Times in UTC: seconds, milliseconds, microseconds or nanoseconds since 1970 by their size, or RFC 3339."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce")
    if len(numbers) and numbers.notna().mean() > 0.9:
        middle = float(numbers.median())
        unit: Any = next(unit for least, unit in _EPOCHS if middle >= least) if middle > 1e8 else ""
        return (
            pd.to_datetime(numbers, unit=unit, utc=True, errors="coerce").dt.as_unit("ns") if unit else _nothing(column)
        )
    try:
        # Go prints a time in a way of its own.
        told = column.astype("str").str.replace(_GO_UTC, "Z", regex=True)
        found = pd.to_datetime(told, utc=True, errors="coerce", format="ISO8601")
        # The year 1 is how Go writes that there is none; neither it nor 9999 can be told in nanoseconds.
        return found.where(found.dt.year.between(*_YEARS)).dt.as_unit("ns")
    except (ValueError, OverflowError):
        return _nothing(column)


def milliseconds(frame: pd.DataFrame) -> pd.Series[Any] | None:
    """How long each span took, by the unit that its column names; a bare ``duration`` is in nanoseconds."""
    import pandas as pd

    known = {str(column).lower(): str(column) for column in frame.columns}
    for name, factor in (*_DURATIONS.items(), ("duration", 1e-6)):
        if name in known:
            return pd.to_numeric(frame[known[name]], errors="coerce").fillna(0.0) * factor
    return None


def failed(frame: pd.DataFrame) -> pd.Series[Any]:
    """Whether each span failed."""
    import pandas as pd

    known = {str(column).lower(): str(column) for column in frame.columns}
    for name in ("error", "is_error", "status", "status_code", "statuscode", "status.code"):
        if name in known:
            return frame[known[name]].astype("str").str.lower().isin(_FAILED)
    return pd.Series(False, frame.index)


def labelled(frame: pd.DataFrame) -> pd.Series[Any]:
    """``{pod="a", zone="b"}`` for each row."""
    import pandas as pd

    made = pd.Series("", frame.index, dtype="str")
    for place, column in enumerate(frame.columns):
        made = made + (", " if place else "") + f'{column}="' + frame[column].fillna("").astype("str") + '"'
    return "{" + made + "}"


def number(value: Any) -> float | None:
    """A number, also as text; None for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) >= 2


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _nothing(column: pd.Series[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(pd.NaT, column.index, dtype="datetime64[ns, UTC]")
