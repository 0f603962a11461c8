"""The logs as Loki's HTTP API answers."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from aisre_nb.sandbox.serve.logql import Query, parse
from aisre_nb.sandbox.serve.tables import Tables
from aisre_nb.sandbox.serve.web import Answer, BadRequest, Params, Route, Site, one
from aisre_nb.times import instant

_LABELS = {
    "service_name": "ServiceName",
    "level": "lower(SeverityText)",
    "k8s_namespace_name": "ResourceAttributes['k8s.namespace.name']",
    "k8s_deployment_name": "ResourceAttributes['k8s.deployment.name']",
    "k8s_pod_name": "ResourceAttributes['k8s.pod.name']",
    "k8s_node_name": "ResourceAttributes['k8s.node.name']",
}
"""Labels of streams, with the columns that they are."""
_MOST_LINES = 5000
_MOST_POINTS = 11_000


class Loki:
    """Answers from ``otel_logs``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def site(self) -> Site:
        """Its routes."""
        api = "/loki/api/v1"
        routes: list[Route] = [
            (f"{api}/query_range", self._range),
            (f"{api}/query", self._instant),
            (f"{api}/labels", lambda params: _good(sorted(_LABELS))),
            (f"{api}/label/([^/]+)/values", self._values),
            (f"{api}/series", self._series),
            ("/ready", lambda params: Answer("ready\n", content_type="text/plain")),
        ]
        return Site(routes, writes=True)

    def _range(self, params: Params) -> Answer:
        query = parse(one(params, "query"))
        since, until = self._window(params)
        if query.function:
            return _good(self._matrix(query, since, until, _step(params, since, until)))
        limit = int(one(params, "limit", "100"))
        if limit > _MOST_LINES:
            raise BadRequest(
                f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {_MOST_LINES})"
            )
        backward = one(params, "direction", "backward") == "backward"
        streams: dict[tuple[tuple[str, str], ...], list[list[str]]] = defaultdict(list)
        for at, labels, line in self._lines(query, since, until, backward)[:limit]:
            streams[tuple(sorted(labels.items()))].append([str(at), line])
        found = [{"stream": dict(labels), "values": values} for labels, values in streams.items()]
        return _good({"resultType": "streams", "result": found, "stats": {}})

    def _instant(self, params: Params) -> Answer:
        query = parse(one(params, "query"))
        if not query.function:
            raise BadRequest(
                "log queries are not supported as an instant query type, please change your query to a range query type"
            )
        at = _time(one(params, "time")) if one(params, "time") else self._tables.now
        points = self._matrix(query, at, at + timedelta(seconds=1), 1.0)["result"]
        vector = [{"metric": series["metric"], "value": series["values"][0]} for series in points if series["values"]]
        return _good({"resultType": "vector", "result": vector, "stats": {}})

    def _values(self, params: Params, name: str) -> Answer:
        if name not in _LABELS:
            return _good([])
        rows = self._tables.rows(f"SELECT DISTINCT {_LABELS[name]} AS value FROM {{otel_logs}} ORDER BY 1")
        return _good([row["value"] for row in rows if row["value"]])

    def _series(self, params: Params) -> Answer:
        found: dict[tuple[tuple[str, str], ...], None] = {}
        columns = ", ".join(f"{column} AS {name}" for name, column in _LABELS.items())
        rows = self._tables.rows(f"SELECT DISTINCT {columns} FROM {{otel_logs}}")
        for text in params.get("match[]", ()) or params.get("match", ()):
            query = parse(text)
            for row in rows:
                labels = {k: v for k, v in row.items() if v}
                if all(match.holds(labels) for match in query.selector):
                    found[tuple(sorted(labels.items()))] = None
        return _good([dict(labels) for labels in found])

    def _lines(
        self, query: Query, since: datetime, until: datetime, backward: bool
    ) -> list[tuple[int, dict[str, str], str]]:
        """Time (ns), labels and text of the lines that pass, in the order asked for."""
        columns = ", ".join(f"{column} AS {name}" for name, column in _LABELS.items())
        equal = [m for m in query.selector if m.how == "=" and m.label in _LABELS]
        where = "".join(f" AND {_LABELS[m.label]} = $v{n}" for n, m in enumerate(equal))
        rows = self._tables.rows(
            f"SELECT epoch_ns(Timestamp) AS at, Body, LogAttributes['exception.stacktrace'] AS stack, {columns} "
            f"FROM {{otel_logs}} WHERE Timestamp >= $since AND Timestamp < $until{where} "
            f"ORDER BY Timestamp {'DESC' if backward else 'ASC'}",
            {"since": since, "until": until} | {f"v{n}": m.value for n, m in enumerate(equal)},
        )
        found = []
        for row in rows:
            labels = {name: row[name] for name in _LABELS if row[name]}
            if not all(match.holds(labels) for match in query.selector):
                continue
            line = row["Body"] if not row["stack"] else f"{row['Body']}\n{row['stack']}"
            if query.keeps(line, labels):
                found.append((int(row["at"]), labels, line))
        return found

    def _matrix(self, query: Query, since: datetime, until: datetime, step: float) -> dict[str, Any]:
        span = timedelta(seconds=query.seconds)
        if (until - since).total_seconds() / step > _MOST_POINTS:
            raise BadRequest(
                "exceeded maximum resolution of 11,000 points per timeseries. "
                "Try increasing the value of the step parameter"
            )
        groups: dict[tuple[tuple[str, str], ...], list[float]] = defaultdict(list)
        for at, labels, _ in self._lines(query, since - span, until, backward=False):
            kept = labels if query.by is None else {name: labels.get(name, "") for name in query.by}
            groups[tuple(sorted(kept.items()))].append(at / 1e9)
        result = []
        for group, times in groups.items():
            values: list[list[float | str]] = []
            moment = since.timestamp()
            while moment < until.timestamp():
                number = _between(times, moment, query.seconds)
                if number:
                    rate = number / query.seconds if query.function == "rate" else float(number)
                    values.append([moment, f"{rate:g}"])
                moment += step
            if values:
                result.append({"metric": dict(group), "values": values})
        return {"resultType": "matrix", "result": result, "stats": {}}

    def _window(self, params: Params) -> tuple[datetime, datetime]:
        until = _time(one(params, "end")) if one(params, "end") else self._tables.now
        since = _time(one(params, "start")) if one(params, "start") else until - timedelta(hours=1)
        return since, until


def _between(times: list[float], at: float, seconds: int) -> int:
    import bisect

    return bisect.bisect_right(times, at) - bisect.bisect_right(times, at - seconds)


def _step(params: Params, since: datetime, until: datetime) -> float:
    told = one(params, "step")
    if not told:
        return max((until - since).total_seconds() // 250, 1.0)
    units = {"s": 1, "m": 60, "h": 3600}
    return float(told[:-1]) * units[told[-1]] if told[-1] in units else float(told)


def _time(text: str) -> datetime:
    """As Loki reads it: a point means seconds, up to ten digits mean seconds, more mean nanoseconds; else RFC 3339."""
    if "." in text and text.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), UTC)
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / (1 if len(text) <= 10 else 1e9), UTC)
    return instant(text)


def _good(data: Any) -> Answer:
    return Answer({"status": "success", "data": data})
