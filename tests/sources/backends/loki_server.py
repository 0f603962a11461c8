"""Loki's HTTP API over the rows of ``otel_logs``, as its reference documents it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from .web import Backend, Call, Said, routed

_TEXT = r'("(?:[^"\\]|\\.)*"|`[^`]*`)'
_MATCH = re.compile(rf"\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*{_TEXT}\s*")
_LINE = re.compile(rf"\s*(\|=|!=|\|~|!~)\s*{_TEXT}")
_COUNT = re.compile(
    r"(?:(sum)\s*(?:by\s*\(([\w, ]*)\)\s*)?\(\s*)?(count_over_time|rate)\s*\((.*)\[(\d+)s\]\)\s*\)?", re.DOTALL
)
_INDEXED = ("service.name", "service.namespace", "k8s.namespace.name", "k8s.deployment.name", "k8s.pod.name",
            "cloud.availability_zone")  # fmt: skip
"""Of the resource attributes that OTLP ingestion makes labels of by default; the others become structured metadata."""
Entry = tuple[int, str, dict[str, str], dict[str, str]]
"""Nanoseconds, line, labels of the stream, structured metadata."""


class LokiServer(Backend):
    def __init__(self, rows: Sequence[Mapping[str, Any]], most: int = 5000) -> None:
        self.most = most
        self.entries = self.entries_of(rows)
        self._routes: dict[str, Callable[[Call], Said]] = {
            "/loki/api/v1/query_range": self._range,
            "/loki/api/v1/query": self._instant,
            "/loki/api/v1/labels": lambda call: _good(sorted({name for e in self._during(call) for name in e[2]})),
            "/ready": lambda call: Said("ready\n", kind="text/plain"),
        }
        super().__init__()

    @staticmethod
    def entries_of(rows: Sequence[Mapping[str, Any]]) -> list[Entry]:
        return sorted((_entry(row) for row in rows), key=lambda entry: entry[0])

    def respond(self, call: Call) -> Said:
        values = re.fullmatch(r"/loki/api/v1/label/(\w+)/values", call.path)
        try:
            if values:
                found = {e[2][values[1]] for e in self._during(call) if values[1] in e[2]}
                return _good(sorted(found)) if found else Said({"status": "success"})
            return routed(self._routes, call)
        except Refused as error:
            return Said(str(error), 400, "text/plain; charset=utf-8")

    def _during(self, call: Call) -> list[Entry]:
        start, end = nanoseconds(call.one("start")), nanoseconds(call.one("end"))
        return [e for e in self.entries if start <= e[0] < end]

    def _range(self, call: Call) -> Said:
        text = call.one("query")
        counted = _COUNT.fullmatch(text.strip())
        if counted:
            step = float(call.one("step", "60").rstrip("s"))
            start, end = nanoseconds(call.one("start")), nanoseconds(call.one("end"))
            return self._matrix(
                counted, [start + int(n * step * 1e9) for n in range(int((end - start) / step / 1e9) + 1)]
            )
        limit = int(call.one("limit", "100"))
        if limit > self.most:
            raise Refused(f"max entries limit per query exceeded, limit > max_entries_limit ({limit} > {self.most})")
        keeps = query(text)
        found = [e for e in self._during(call) if keeps(e)]
        found = found[::-1][:limit] if call.one("direction", "backward") == "backward" else found[:limit]
        apart = "categorize-labels" in call.headers.get("X-Loki-Response-Encoding-Flags", "")
        streams: dict[str, dict[str, Any]] = {}
        for at, line, labels, metadata in found:
            shown = labels if apart else {**labels, **metadata}
            stream = streams.setdefault(json.dumps(shown, sort_keys=True), {"stream": shown, "values": []})
            stream["values"].append([str(at), line, *([{"structuredMetadata": metadata}] if apart else [])])
        data = {"resultType": "streams", "result": list(streams.values()), "stats": {}}
        return _good(data | ({"encodingFlags": ["categorize-labels"]} if apart else {}))

    def _instant(self, call: Call) -> Said:
        counted = _COUNT.fullmatch(call.one("query").strip())
        if counted is None:
            raise Refused(
                "log queries are not supported as an instant query type, please change your query to a range query type"
            )
        found = self._matrix(counted, [nanoseconds(call.one("time"))]).body["data"]["result"]
        result = [{"metric": one["metric"], "value": one["values"][0]} for one in found]
        return _good({"resultType": "vector", "result": result, "stats": {}})

    def _matrix(self, counted: re.Match[str], moments: Sequence[int]) -> Said:
        total, by, function, inner, seconds = counted.groups()
        keeps, span = query(inner), int(seconds) * 1_000_000_000
        names = [name.strip() for name in (by or "").split(",") if name.strip()]
        groups: dict[str, list[int]] = defaultdict(list)
        for entry in self.entries:
            if moments[0] - span < entry[0] <= moments[-1] and keeps(entry):
                labels = {n: v for n, v in {**entry[2], **entry[3]}.items() if n in names or not total}
                groups[json.dumps(labels, sort_keys=True)].append(entry[0])
        result = []
        for labels, times in groups.items():
            values = []
            for at in moments:
                count = sum(at - span < time <= at for time in times)
                if count:
                    values.append([at / 1e9, f"{count / int(seconds) if function == 'rate' else count:g}"])
            result.append({"metric": json.loads(labels), "values": values})
        return _good({"resultType": "matrix", "result": result, "stats": {}})


class Refused(Exception):
    pass


def nanoseconds(text: str) -> int:
    if "." in text:
        return int(float(text) * 1e9)
    if text.isdigit():
        return int(text) * (1_000_000_000 if len(text) <= 10 else 1)
    return int(datetime.fromisoformat(text).timestamp() * 1e9)


def query(text: str) -> Callable[[Entry], bool]:
    """The selector, line filters, and label filters joined by ``or``; what is not known is a parse error."""
    if not text.startswith("{"):
        raise Refused("parse error at line 1, col 1: syntax error: unexpected IDENTIFIER")
    tests: list[Callable[[Entry], bool]] = []
    place, some = 1, False
    while not text.startswith("}", place):
        found = _MATCH.match(text, place)
        if found is None:
            raise Refused(f"parse error at line 1, col {place + 1}: syntax error: unexpected IDENTIFIER")
        some |= found[2] in ("=", "=~") and not re.fullmatch(_unquoted(found[3]), "")
        tests.append(lambda entry, found=found: _holds(found, entry[2]))  # type: ignore[misc]
        place = found.end() + text.startswith(",", found.end())
    if not some:
        raise Refused(
            "parse error : queries require at least one regexp or equality matcher that does not have an "
            "empty-compatible value."
        )
    place += 1
    while text[place:].strip():
        line = _LINE.match(text, place)
        if line:
            tests.append(lambda entry, line=line: _in_line(line, entry[1]))  # type: ignore[misc]
            place = line.end()
            continue
        bar = re.compile(r"\s*\|").match(text, place)
        if bar is None:
            raise Refused(f"parse error at line 1, col {place + 1}: syntax error: unexpected {text[place:][:10]}")
        place, options = bar.end(), []
        while True:
            found = _MATCH.match(text, place)
            if found is None:
                raise Refused(f"parse error at line 1, col {place + 1}: syntax error: unexpected {text[place:][:10]}")
            options.append(found)
            place = found.end()
            if not text.startswith("or ", place):
                break
            place += 3
        tests.append(lambda entry, options=options: any(_holds(o, {**entry[2], **entry[3]}) for o in options))  # type: ignore[misc]
    return lambda entry: all(test(entry) for test in tests)


def _holds(match: re.Match[str], labels: Mapping[str, str]) -> bool:
    value, wanted = labels.get(match[1], ""), _unquoted(match[3])
    same = value == wanted if match[2] in ("=", "!=") else re.fullmatch(wanted, value) is not None
    return same == (match[2] in ("=", "=~"))


def _in_line(match: re.Match[str], line: str) -> bool:
    wanted = _unquoted(match[2])
    inside = wanted in line if match[1] in ("|=", "!=") else re.search(wanted, line) is not None
    return inside == match[1].startswith("|")


def _unquoted(text: str) -> str:
    return text[1:-1] if text.startswith("`") else json.loads(text)


def _entry(row: Mapping[str, Any]) -> Entry:
    resource = row["ResourceAttributes"]
    labels = {_under(name): resource[name] for name in _INDEXED if name in resource}
    metadata = {_under(n): v for n, v in resource.items() if n not in _INDEXED}
    metadata |= {_under(n): v for n, v in row["LogAttributes"].items()}
    told = {"trace_id": row["TraceId"], "span_id": row["SpanId"], "severity_text": row["SeverityText"],
            "severity_number": str(row["SeverityNumber"]), "detected_level": row["SeverityText"].lower()}  # fmt: skip
    return row["ns"], row["Body"], labels, metadata | {name: value for name, value in told.items() if value}


def _under(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _good(data: Any) -> Said:
    return Said({"status": "success", "data": data})
