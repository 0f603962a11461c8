"""Looks for a signal in a case folder: how high it is in one time and in another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aisre_nb.sandbox.scenario import Signal
from aisre_nb.times import instant

_METRIC = "http.server.request.duration"


@dataclass(frozen=True)
class Seen:
    """A signal before and after something."""

    before: float
    after: float

    def shows(self, signal: Signal) -> bool:
        """Whether it went the way it should, far enough."""
        if signal.way == "down":
            return self.before >= signal.least and self.before >= self.after * signal.by
        return self.after >= signal.least and self.after > 0 and self.after >= self.before * signal.by

    def recedes(self, signal: Signal, healed: float) -> bool:
        """Whether ``healed`` is back near what it was before, or better: at most a third of the way is left."""
        way = self.after - self.before
        return way != 0 and (healed - self.before) / way <= 1 / 3


def look(folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    """The signal's height over that time, in its own unit; 0 where nothing is told."""
    import duckdb

    with duckdb.connect() as db:
        db.execute("SET TimeZone='UTC'")
        return _LOOKS[signal.what](db, folder, signal, since, until)


def _table(folder: Path, name: str) -> str:
    path = folder / f"{name}.parquet"
    return f"read_parquet('{path}/*.parquet')" if path.is_dir() else f"read_parquet('{path}')"


def _one(db: Any, query: str, told: Mapping[str, Any]) -> float:
    row = db.execute(query, dict(told)).fetchone()
    return float(row[0]) if row and row[0] is not None else 0.0


def _brought(folder: Path) -> str:
    """What each series of the histogram brought in the time, by route, status and bucket."""
    return f"""
        WITH points AS (
            SELECT Attributes, ResourceAttributes['k8s.pod.name'] AS pod, TimeUnix, Count, BucketCounts
            FROM {_table(folder, "otel_metrics_histogram")}
            WHERE MetricName = '{_METRIC}' AND ServiceName = $service AND TimeUnix BETWEEN $since AND $until
              AND ($name = '' OR Attributes['http.request.method'] || ' ' || Attributes['http.route'] = $name)
        ), ends AS (
            SELECT Attributes, pod, arg_min(Count, TimeUnix) AS c0, arg_max(Count, TimeUnix) AS c1,
                   arg_min(BucketCounts, TimeUnix) AS b0, arg_max(BucketCounts, TimeUnix) AS b1
            FROM points GROUP BY ALL
        )"""


def _told(signal: Signal, since: datetime, until: datetime, name: str) -> dict[str, Any]:
    return {"service": signal.service, "name": name, "since": since, "until": until}


def _errors(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    query = (
        _brought(folder)
        + """
        SELECT sum(CASE WHEN Attributes['http.response.status_code'] >= '500' THEN c1 - c0 ELSE 0 END) / sum(c1 - c0)
        FROM ends"""
    )
    return _one(db, query, _told(signal, since, until, signal.name))


def _status(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    query = (
        _brought(folder)
        + """
        SELECT sum(CASE WHEN Attributes['http.response.status_code'] = $status THEN c1 - c0 ELSE 0 END) / sum(c1 - c0)
        FROM ends"""
    )
    return _one(db, query, _told(signal, since, until, "") | {"status": signal.name})


def _rate(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    query = _brought(folder) + " SELECT sum(c1 - c0) FROM ends"
    return _one(db, query, _told(signal, since, until, signal.name)) / (until - since).total_seconds()


def _latency(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    """The 95th percentile, interpolated in its bucket, seconds."""
    from aisre_nb.sandbox.telemetry.counts import BOUNDS

    query = (
        _brought(folder)
        + """
        , wide AS (SELECT unnest(b0) AS x, unnest(b1) AS y, unnest(range(1, len(b0) + 1)) AS place FROM ends)
        SELECT place, sum(y - x) FROM wide GROUP BY place ORDER BY place"""
    )
    rows = db.execute(query, _told(signal, since, until, signal.name)).fetchall()
    total = float(sum(number for _, number in rows))
    wanted, seen = total * 0.95, 0.0
    for place, number in rows:
        low = BOUNDS[place - 2] if place > 1 else 0.0
        high = BOUNDS[min(place, len(BOUNDS)) - 1]
        if seen + float(number) >= wanted and number:
            return low + (high - low) * (wanted - seen) / float(number)
        seen += float(number)
    return 0.0


def _gauge(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    """The mean of the highest series at each instant; for all services together the sum of what they say."""
    kind = "max" if signal.service else "sum"
    if signal.name.startswith("k8s.node"):
        kind = "max"
    query = f"""
        SELECT avg(v) FROM (
            SELECT TimeUnix, {kind}(Value) AS v FROM {_table(folder, "otel_metrics_gauge")}
            WHERE MetricName = $name AND ($service = '' OR ServiceName = $service)
              AND TimeUnix BETWEEN $since AND $until
            GROUP BY TimeUnix)"""
    return _one(db, query, _told(signal, since, until, signal.name))


def _log(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    """Lines a minute; less than one in the whole time is as good as half a one."""
    query = f"""
        SELECT count(*) FROM {_table(folder, "otel_logs")}
        WHERE ServiceName = $service AND Timestamp BETWEEN $since AND $until
          AND (contains(Body, $name) OR contains(LogAttributes['exception.type'], $name)
               OR contains(LogAttributes['exception.message'], $name))"""
    found = _one(db, query, _told(signal, since, until, signal.name))
    return found / ((until - since).total_seconds() / 60)


def _count(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    query = f"""
        SELECT sum(b - a) FROM (
            SELECT min(Value) AS a, max(Value) AS b FROM {_table(folder, "otel_metrics_sum")}
            WHERE MetricName = $name AND ServiceName = $service AND TimeUnix BETWEEN $since AND $until
            GROUP BY Attributes, ResourceAttributes['k8s.pod.name'])"""
    return _one(db, query, _told(signal, since, until, signal.name)) / ((until - since).total_seconds() / 60)


def _calls(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    """Calls of an operation for each request that the caller's operation of those calls served."""
    query = f"""
        WITH spans AS (
            SELECT * FROM {_table(folder, "otel_traces")}
            WHERE ServiceName = $service AND Timestamp BETWEEN $since AND $until
        ), asked AS (SELECT ParentSpanId FROM spans WHERE SpanName = $name AND SpanKind = 'Client'),
        served AS (SELECT SpanId, SpanName FROM spans WHERE SpanKind IN ('Server', 'Consumer')),
        parents AS (SELECT DISTINCT SpanName FROM served WHERE SpanId IN (SELECT ParentSpanId FROM asked)),
        callers AS (SELECT count(*) AS n FROM served WHERE SpanName IN (SELECT * FROM parents))
        SELECT (SELECT count(*) FROM asked) / nullif((SELECT n FROM callers), 0)
        """
    return _one(db, query, _told(signal, since, until, signal.name))


def _event(db: Any, folder: Path, signal: Signal, since: datetime, until: datetime) -> float:
    """Events of that reason a minute."""
    number = 0
    for line in (folder / "changes.jsonl").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        about = told["kind"] == "k8s_event" and told["service"] == signal.service
        if about and told["attributes"].get("reason") == signal.name and since <= instant(told["time"]) <= until:
            number += 1
    return number / ((until - since).total_seconds() / 60)


_LOOKS = {
    "errors": _errors, "status": _status, "rate": _rate, "latency": _latency, "gauge": _gauge, "log": _log,
    "count": _count, "calls": _calls, "event": _event,
}  # fmt: skip
