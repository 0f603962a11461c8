"""JSON of many systems as series, spans, log records and tables."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.mcp.frames import table

NOON = pd.Timestamp("2026-03-01T12:00:00Z")


def _drawn(kind: str, frame: pd.DataFrame) -> dict[str, Any]:
    return dict(Evidence("E1", kind, "t", "s", "x.y", {}, frame=frame).plot().bundle())  # type: ignore[arg-type]


def _matrix() -> dict[str, Any]:
    def series(pod: str) -> dict[str, Any]:
        values = [[int(NOON.timestamp()) + 60 * n, str(n / 10)] for n in range(30)]
        return {"metric": {"__name__": "latency", "service": "cart", "pod": pod}, "values": values}

    return {"status": "success", "data": {"resultType": "matrix", "result": [series("a"), series("b")]}}


SERIES = {
    "prometheus": _matrix(),
    "rows": [{"timestamp": 1_772_366_400_000 + 60_000 * n, "cpu": n, "memory": n * 2} for n in range(20)],
    "columns": {"columns": ["time", "value"], "rows": [[f"2026-03-01T12:{n:02d}:00Z", n] for n in range(20)]},
    "apart": {"time": [1_772_366_400 + n for n in range(20)], "value": list(range(20))},
    "grafana": {
        "schema": {"fields": [{"name": "time"}, {"name": "value"}]},
        "data": {"values": [[1_772_366_400_000 + n for n in range(20)], list(range(20))]},
    },
}


@pytest.mark.parametrize("name", SERIES)
def test_series_are_drawn_as_series(name: str) -> None:
    found = table(SERIES[name])
    assert found is not None and found.kind == "metrics"
    assert list(found.frame.columns) == ["time", "service", "signal", "value", "unit"]
    assert found.frame["time"].dt.tz is not None and found.frame["time"].min().date() == NOON.date()
    assert "application/vnd.plotly.v1+json" in _drawn("metrics", found.frame)


def test_each_set_of_labels_is_a_series_of_its_own() -> None:
    found = table(_matrix())
    assert found is not None and found.what == "2 series, 60 points"
    assert set(found.frame["signal"]) == {'latency{pod="a"}', 'latency{pod="b"}'} and set(found.frame["service"]) == {
        "cart"
    }


def _answer(kind: str, result: Any) -> dict[str, Any]:
    links = [{"href": "http://127.0.0.1:9/graph", "rel": "ui"}, {"href": "http://127.0.0.1:9/", "rel": "home"}]
    return {"resultType": kind, "result": result, "links": links}


def test_each_service_is_a_series_of_its_own() -> None:
    at = int(NOON.timestamp())
    result = [
        {"metric": {"service": s}, "values": [[at + n, str(v)] for n in range(9)]} for s, v in (("a", 1), ("b", 5))
    ]
    found = table(_answer("matrix", result))
    assert found is not None and found.what == "2 series, 18 points"
    assert {name: each["max"] for name, each in found.facts["signals"].items()} == {"a value": 1.0, "b value": 5.0}


def test_values_at_one_instant_are_a_table() -> None:
    at = int(NOON.timestamp())
    found = table(_answer("vector", [{"metric": {"service": s}, "value": [at, "2"]} for s in "abc"]))
    assert found is not None and (found.kind, found.what) == ("table", "3 rows")
    assert found.frame["value"].tolist() == [2.0] * 3 and set(found.frame["time"]) == {NOON}
    one = table(_answer("scalar", [at, "2.5"]))
    assert one is not None and one.what == "1 row" and one.frame["value"].tolist() == [2.5]
    # Its links are not what was asked for.
    assert table(_answer("vector", [])) is None and table({"status": "success", "data": _answer("matrix", [])}) is None


DEPLOYMENT = {
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "cart"},
    "spec": {"template": {"spec": {"containers": [{"image": "cart:2"}]}}},
    "status": {"conditions": [{"a": 1}, {"a": 2}]},
}  # fmt: skip


def test_an_object_with_a_list_somewhere_in_it_is_no_table() -> None:
    assert table(DEPLOYMENT) is None
    assert table({"name": "cart", "notes": "all of this would be lost " * 9, "owners": [{"a": 1}, {"a": 2}]}) is None
    listed = table({"apiVersion": "v1", "kind": "List", "metadata": {}, "items": [DEPLOYMENT, DEPLOYMENT]})
    assert listed is not None and listed.what == "2 rows"


def test_times_as_go_prints_them_and_its_year_1() -> None:
    times = ["0001-01-01 00:00:00 +0000 UTC", *(f"2026-03-01 12:{n:02d}:00 +0000 UTC" for n in range(19))]
    found = table([{"time": at, "value": 1} for at in times])
    assert found is not None and found.what == "1 series, 19 points" and found.frame["time"].min() == NOON
    never = table([{"time": "0001-01-01T00:00:00Z", "value": 1}] * 5)
    assert never is not None and never.kind == "table"


AT = int(NOON.timestamp() * 1e6)
WEB = {"traceId": "t1", "spanId": "a", "name": "GET /cart", "serviceName": "web", "duration_ms": 20, "status": "ERROR"}
CART = {"traceId": "t1", "spanId": "b", "parentSpanId": "a", "name": "quote", "serviceName": "cart", "duration_ms": 12}
ROOT = {"spanID": "a", "operationName": "GET /cart", "duration": 20_000, "processID": "p1"}
LEAF = {"spanID": "b", "operationName": "quote", "duration": 12_000, "processID": "p2"}
SPANS = {
    "rows": [{**WEB, "startTime": NOON.isoformat()}, {**CART, "startTime": NOON.isoformat()}],
    "jaeger": {
        "data": [
            {
                "traceID": "t1",
                "processes": {"p1": {"serviceName": "web"}, "p2": {"serviceName": "cart"}},
                "spans": [
                    {**ROOT, "traceID": "t1", "startTime": AT, "tags": [{"key": "error", "value": True}]},
                    {**LEAF, "traceID": "t1", "startTime": AT, "references": [{"refType": "CHILD_OF", "spanID": "a"}]},
                ],
            }
        ]
    },
}


@pytest.mark.parametrize("name", SPANS)
def test_spans_of_a_trace_are_a_waterfall(name: str) -> None:
    found = table(SPANS[name])
    assert found is not None and found.kind == "trace" and found.what == "2 spans of 1 trace, 1 failed"
    frame = found.frame.set_index("span_id")
    assert frame.loc["b", "parent_span_id"] == "a" and frame.loc["b", "service"] == "cart"
    assert frame["duration_ms"].tolist() == [20.0, 12.0] and frame["error"].tolist() == [True, False]
    assert "application/vnd.plotly.v1+json" in _drawn("trace", found.frame)


RECORD = {"@timestamp": NOON.isoformat(), "level": "ERROR", "app": "cart"}
LINES = [[str(NOON.value + n), f"disk {n} is full"] for n in range(9)]
STREAM = {"stream": {"app": "cart", "level": "error"}, "values": LINES}
LOGS = {
    "rows": {"logs": [{**RECORD, "message": f"disk {n} is full"} for n in range(9)], "total": 9},
    "loki": {"data": {"resultType": "streams", "result": [STREAM]}},
}


@pytest.mark.parametrize("name", LOGS)
def test_log_records_stay_whole_and_their_patterns_are_told(name: str) -> None:
    found = table(LOGS[name])
    assert found is not None and found.what == "9 log records in 1 patterns"
    assert list(found.frame.columns[:4]) == ["time", "service", "severity", "body"]
    assert set(found.frame["severity"]) == {"error"} and set(found.frame["service"]) == {"cart"}
    assert found.facts["patterns"][0]["count"] == 9
    assert "text/html" in _drawn("table", found.frame)


@pytest.mark.parametrize(
    "value",
    [None, 3, "x", [], {}, {"a": 1}, [1, 2], [[1], [2]], {"rows": []}, {"a": {"b": [1, {"c": 2}]}}],
)
def test_what_is_no_table_is_none(value: Any) -> None:
    assert table(value) is None


@pytest.mark.parametrize(
    "rows",
    [
        [{"a": 1}, {"a": "x"}, {"a": None}, {"a": [1]}],
        [{"a": 10**30}, {"a": 1.5}],
        [{"time": "never", "value": 1}] * 5,
        [{"time": 10**25, "value": 1}] * 5,
        [{"trace_id": None, "span_id": None, "start": "x", "duration": "y"}] * 3,
        [{"": 1, "a": {"b": {"c": {"d": 1}}}}],
        [{f"c{n}": n} for n in range(300)],
        [{"time": True, "value": float("nan")}] * 4,
    ],
)
def test_odd_rows_can_be_kept(rows: list[dict[str, Any]], tmp_path: Any) -> None:
    found = table(rows)
    assert found is not None and len(found.frame.columns) <= 62
    found.frame.to_parquet(tmp_path / "x.parquet")
    _drawn(found.kind, found.frame)
