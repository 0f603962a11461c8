"""Telemetry as bad as it comes, through the whole path: an answer that names what is missing, and never a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aisre_nb.cli import main

START = datetime(2026, 11, 23, 10, tzinfo=UTC)
NOW = START + timedelta(hours=2)
ONSET = 5400
"""Seconds after the start."""
_TIME, _MAP = pa.timestamp("us", tz="UTC"), pa.map_(pa.string(), pa.string())
_TYPES: Mapping[str, pa.DataType] = {
    "TimeUnix": _TIME, "Timestamp": _TIME, "Attributes": _MAP, "ResourceAttributes": _MAP, "LogAttributes": _MAP,
    "SpanAttributes": _MAP, "Value": pa.float64(), "Sum": pa.float64(), "Count": pa.uint64(), "Duration": pa.uint64(),
    "BucketCounts": pa.list_(pa.uint64()), "ExplicitBounds": pa.list_(pa.float64()), "IsMonotonic": pa.bool_(),
    "AggregationTemporality": pa.int32(),
}  # fmt: skip
_STACK = "Traceback (most recent call last):\n  File \"/app/pay/rates.py\", line 7, in rate\n    r[k]\nKeyError: 'zone'"

Rows = list[dict[str, Any]]


def at(seconds: float) -> datetime:
    """An instant, counted from the start."""
    return START + timedelta(seconds=seconds)


@dataclass
class Case:
    """A telemetry folder with a question; by default one in which ``pay`` fails, and ``web`` with it."""

    folder: Path
    question: str = "Why does web answer with errors?"
    tables: dict[str, Rows] = field(default_factory=dict)
    types: dict[str, pa.DataType] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=lambda: {"now": "2026-11-23T12:00:00Z"})
    changes: Rows = field(default_factory=list)
    alerts: Rows = field(default_factory=list)

    def write(self) -> None:
        """All of it."""
        self.folder.mkdir(exist_ok=True)
        for name, rows in self.tables.items():
            columns = list(dict.fromkeys(key for row in rows for key in row))
            arrays = []
            for column in columns:
                values = [list(v.items()) if isinstance(v := row.get(column), dict) else v for row in rows]
                kind = self.types.get(column) or _TYPES.get(column, pa.string())
                arrays.append(pa.array(values, type=kind))
            pq.write_table(pa.table(arrays, names=columns), self.folder / f"{name}.parquet")
        (self.folder / "manifest.json").write_text(json.dumps({"question": self.question, **self.manifest}))
        if self.changes:
            (self.folder / "changes.jsonl").write_text("\n".join(json.dumps(c) for c in self.changes))
        if self.alerts:
            (self.folder / "alerts.json").write_text(json.dumps(self.alerts))


def spans(every: int = 10, *, until: int = 7200, fails: bool = True) -> Rows:
    """A request to ``web`` that calls ``pay``; from the onset on, two of three fail."""
    rows = []
    for n, second in enumerate(range(0, until, every)):
        bad = fails and second >= ONSET and n % 3 > 0
        shared = {"TraceId": f"t{n}", "StatusCode": "Error" if bad else "Unset", "StatusMessage": "", "Duration": 10**7}
        status = {"http.response.status_code": "500" if bad else "200", "http.route": "/buy"}
        for depth, (service, kind) in enumerate([("web", "Server"), ("web", "Client"), ("pay", "Server")]):
            rows.append(
                {
                    **shared, "Timestamp": at(second + depth / 1000), "SpanId": f"s{n}-{depth}", "SpanKind": kind,
                    "ParentSpanId": f"s{n}-{depth - 1}" if depth else "", "SpanName": "GET /buy",
                    "ServiceName": service, "SpanAttributes": status,
                }
            )  # fmt: skip
    return rows


def logs(every: int = 10, *, body: Callable[[int], Any] = lambda n: f"order {n} paid", fails: bool = True) -> Rows:
    """A line of ``pay`` for each request; a stack trace where it fails."""
    rows = []
    for n, second in enumerate(range(0, 7200, every)):
        bad = fails and second >= ONSET and n % 3 > 0
        attributes = {"exception.type": "KeyError", "exception.message": "'zone'", "exception.stacktrace": _STACK}
        rows.append(
            {
                "Timestamp": at(second), "TraceId": f"t{n}", "SpanId": f"s{n}-2", "ServiceName": "pay",
                "SeverityText": "ERROR" if bad else "INFO", "Body": "payment failed" if bad else body(n),
                "LogAttributes": attributes if bad else {},
            }
        )  # fmt: skip
    return rows


def gauges(
    values: Sequence[float | None], *, service: str = "pay", metric: str = "queue.depth", every: int = 60
) -> Rows:
    """One series."""
    return [
        {"TimeUnix": at(every * n), "ServiceName": service, "MetricName": metric, "Attributes": {}, "Value": value}
        for n, value in enumerate(values)
    ]


DEPLOYED = {
    "time": "2026-11-23T11:29:00Z", "kind": "deployment", "service": "pay", "title": "Deployed pay 2.1",
    "from": "2.0", "to": "2.1",
}  # fmt: skip


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path / "case")


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[Case], Any]:
    """The object that a headless run prints; no step of it may have broken."""

    def asked(case: Case) -> Any:
        case.write()
        monkeypatch.chdir(tmp_path)
        options = ["--model", "builtin", "--approve", "read", "--json"]
        assert main(["ask", case.question, "--case", str(case.folder), *options]) in (0, 3)
        found = json.loads(capsys.readouterr().out)
        broken = [gap for gap in found["gaps"] if re.search(r"\braised \w+(Error|Exception|Warning)\b", gap)]
        assert not broken
        return found

    return asked


def causes(found: Any) -> list[str]:
    """The services that it blames."""
    return found["root_cause"]["services"] if found["outcome"] == "root_cause" else []


def _named(gaps: list[str], words: str) -> bool:
    return any(words in gap for gap in gaps)


def _shop(case: Case, rows: Rows | None = None, lines: Rows | None = None) -> None:
    case.tables = {"otel_traces": spans() if rows is None else rows, "otel_logs": logs() if lines is None else lines}
    case.changes = [DEPLOYED]


def test_a_hundred_thousand_names_of_spans(case: Case, ask: Any) -> None:
    rows = []
    for k in range(47):
        for n, row in enumerate(spans()):
            parent = row["ParentSpanId"] and f"{k}-{row['ParentSpanId']}"
            own = {"TraceId": f"{k}-{row['TraceId']}", "SpanId": f"{k}-{row['SpanId']}", "ParentSpanId": parent}
            rows.append({**row, **own, "SpanName": f"GET /buy/{k}-{n}"})
    assert len({row["SpanName"] for row in rows}) > 100_000
    _shop(case, rows)
    assert causes(ask(case)) == ["pay"]


@pytest.mark.parametrize("body", [f"line {'x ' * 500_000}", "\x00\x1b[31m\u202e\ufffd" * 50])
def test_lines_that_no_screen_can_show(case: Case, ask: Any, body: str) -> None:
    _shop(case, lines=logs(60, body=lambda n: f"{n} {body}"))
    found = ask(case)
    assert causes(found) == ["pay"]
    assert len(json.dumps(found)) < 200_000 and "\x1b" not in json.dumps(found)


def test_bytes_in_place_of_text(case: Case, ask: Any) -> None:
    case.types = {"Body": pa.binary()}
    lines = logs(body=lambda n: bytes(range(256)))
    _shop(case, lines=[{**r, "Body": r["Body"] if isinstance(r["Body"], bytes) else b"\xff\x00"} for r in lines])
    assert causes(ask(case)) == ["pay"]


def test_clocks_that_disagree_are_told_of_and_nobody_is_blamed_for_them(case: Case, ask: Any) -> None:
    late = timedelta(minutes=20)
    rows = [{**r, "Timestamp": r["Timestamp"] - late * (r["ServiceName"] == "pay")} for r in spans()]
    _shop(case, rows, [{**r, "Timestamp": r["Timestamp"] - late} for r in logs()])
    found = ask(case)
    assert causes(found) in ([], ["pay"])
    assert _named(found["gaps"], "the clocks disagree: that of pay is about 20 min behind that of web")


@pytest.mark.parametrize("stored", ["without a zone", "text", "milliseconds"])
def test_times_of_another_make(case: Case, ask: Any, stored: str) -> None:
    def made(time: datetime) -> Any:
        if stored == "milliseconds":
            return int(time.timestamp() * 1000)
        return time.replace(tzinfo=None) if stored == "without a zone" else time.strftime("%Y-%m-%d %H:%M:%S.%f")

    kinds = {"without a zone": pa.timestamp("us"), "text": pa.string(), "milliseconds": pa.int64()}
    case.types = {"Timestamp": kinds[stored]}
    case.manifest = {"now": "2026-11-23T12:00:00"}
    tables = ([{**r, "Timestamp": made(r["Timestamp"])} for r in rows] for rows in (spans(), logs()))
    _shop(case, *tables)
    case.changes = [{**DEPLOYED, "time": "2026-11-23T11:29:00"}]
    assert causes(ask(case)) == ["pay"]


def test_a_window_with_nothing_in_it_says_where_something_is(case: Case, ask: Any) -> None:
    _shop(case)
    case.manifest = {"now": "2026-12-24T12:00:00Z"}
    found = ask(case)
    assert found["outcome"] == "inconclusive"
    assert _named(found["gaps"], "what is stored lies from 2026-11-23T10:00:00Z")


@pytest.mark.parametrize(
    "values",
    [[1.0, 900.0], [None, float("nan")] * 60, [float("inf"), float("-inf"), 1.0, 1e308] * 30],
    ids=["two points", "all gaps", "infinities"],
)
def test_series_in_which_nothing_can_be_seen(case: Case, ask: Any, values: list[float | None]) -> None:
    case.tables = {"otel_metrics_gauge": gauges(values)}
    for case.question in ("What is wrong with pay?", "Something is broken"):
        found = ask(case)
        assert found["outcome"] == "inconclusive" and found["gaps"]


def test_two_requests_are_too_few_to_call_a_service_well(case: Case, ask: Any) -> None:
    _shop(case, spans()[-6:], [])
    del case.tables["otel_logs"]
    found = ask(case)
    assert found["outcome"] == "inconclusive" and _named(found["gaps"], "too few points")


def test_one_service_and_no_graph(case: Case, ask: Any) -> None:
    _shop(case, [r for r in spans() if r["ServiceName"] == "web" and r["SpanKind"] == "Server"], [])
    del case.tables["otel_logs"]
    found = ask(case)
    assert found["outcome"] == "inconclusive" and _named(found["gaps"], "otel_logs.parquet is not in")


def test_a_cycle_of_calls(case: Case, ask: Any) -> None:
    rows = spans()
    for n in range(0, len(rows), 3):
        rows[n]["ParentSpanId"] = rows[n + 2]["SpanId"]
    _shop(case, rows)
    assert causes(ask(case)) in ([], ["pay"])


def test_files_that_are_none(case: Case, ask: Any) -> None:
    _shop(case)
    del case.tables["otel_logs"]
    case.write()
    (case.folder / "otel_logs.parquet").write_bytes(b"PAR1 nonsense")
    (case.folder / "changes.jsonl").write_text('{"time": "yesterday"}\n[1]\nnull\n{{{')
    (case.folder / "alerts.json").write_text('[null, 3, {"labels": null}, {"labels": {"a": 1}, "startsAt": "x"}]')
    case.changes, case.manifest = [], {"now": "noon", "window": 3, "baseline": ["a"], "symptom": {"x": 1}}
    found = ask(case)
    assert found["outcome"] == "inconclusive"
    for gap in ("otel_logs.parquet cannot be read", "changes.jsonl: line", "alerts in alerts.json are malformed"):
        assert _named(found["gaps"], gap), gap


def test_values_that_cannot_be(case: Case, ask: Any) -> None:
    case.types = {"Duration": pa.int64()}
    rows = [{**r, "Duration": -5 if n % 2 else 2**62} for n, r in enumerate(spans())]
    _shop(
        case, [{k: v if n % 7 else (v if k == "Timestamp" else None) for k, v in r.items()} for n, r in enumerate(rows)]
    )
    assert causes(ask(case)) in ([], ["pay"])
