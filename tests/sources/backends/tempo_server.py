"""Tempo's HTTP API over the rows of ``otel_traces``, as its reference documents it."""

from __future__ import annotations

import base64
import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .web import Backend, Call, Said

Row = Mapping[str, Any]
_TOKEN = re.compile(r'\s*(&&|\|\||\(|\)|>=|<=|!=|=~|=|>|<|"(?:[^"\\]|\\.)*"|[\w.]+)')
_UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9}
_METRIC = re.compile(r"(\{.*\})\s*\|\s*(rate|count_over_time)\(\)\s*(?:by\s*\(([\w., ]+)\))?", re.DOTALL)


class TempoServer(Backend):
    def __init__(self, rows: Sequence[Row], *, v2: bool = True) -> None:
        self.v2 = v2
        self.traces: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            self.traces[row["TraceId"]].append(row)
        super().__init__()

    def respond(self, call: Call) -> Said:
        by_id = re.fullmatch(r"/api/(v2/)?traces/(\w+)", call.path)
        try:
            if by_id and (self.v2 or not by_id[1]):
                return self._trace(by_id[2], "resourceSpans" if by_id[1] else "batches")
            if call.path == "/api/search":
                return self._search(call)
            if call.path == "/api/metrics/query_range":
                return self._metrics(call)
            if call.path == "/api/v2/search/tag/resource.service.name/values":
                names = sorted({row["ServiceName"] for rows in self.traces.values() for row in rows})
                return Said({"tagValues": [{"type": "string", "value": name} for name in names], "metrics": {}})
        except Refused as error:
            return Said(f"invalid TraceQL query: {error}\n", 400, "text/plain; charset=utf-8")
        return Said("404 page not found\n", 404, "text/plain; charset=utf-8")

    def _trace(self, trace: str, under: str) -> Said:
        if not re.fullmatch(r"[0-9a-fA-F]{1,32}", trace):
            return Said("trace IDs can only contain hex characters\n", 400, "text/plain; charset=utf-8")
        rows = self.traces.get(trace.lower().zfill(32))
        if not rows:
            return Said("", 404, "text/plain; charset=utf-8")
        batches: dict[str, dict[str, Any]] = {}
        for row in rows:
            resource = {"attributes": _attributes(row["ResourceAttributes"])}
            batch = batches.setdefault(
                str(resource), {"resource": resource, "scopeSpans": [{"scope": {}, "spans": []}]}
            )
            batch["scopeSpans"][0]["spans"].append(_span(row))
        found = {under: list(batches.values())}
        return Said({"trace": found, "metrics": {}} if under == "resourceSpans" else found)

    def _search(self, call: Call) -> Said:
        start, end, limit = int(call.one("start")), int(call.one("end")), int(call.one("limit", "20"))
        matches = spanset(call.one("q"))
        found = []
        for trace, rows in self.traces.items():
            matched = [row for row in rows if start <= row["ns"] / 1e9 <= end and matches(row)]
            if matched:
                found.append(_summary(trace, rows, matched, int(call.one("spss", "3"))))
        # Which ones come, and in which order, is not told.
        random.Random(len(found)).shuffle(found)
        traces = {"traces": found[:limit]} if found else {}
        return Said({**traces, "metrics": {"inspectedTraces": len(self.traces), "inspectedBytes": "1234"}})

    def _metrics(self, call: Call) -> Said:
        asked = _METRIC.fullmatch(call.one("q").strip())
        if asked is None:
            raise Refused("parse error at line 1, col 1: syntax error")
        start, end, step = int(call.one("start")), int(call.one("end")), int(call.one("step").rstrip("s"))
        matches = spanset(asked[1])
        names = [name.strip() for name in (asked[3] or "").split(",") if name.strip()]
        counts: dict[tuple[str, ...], dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for rows in self.traces.values():
            for row in rows:
                if start <= row["ns"] / 1e9 < end and matches(row):
                    at = int((row["ns"] / 1e9 - start) // step) * step + start
                    counts[tuple(str(_of(row, name)) for name in names)][at] += 1
        series = []
        for values, points in counts.items():
            samples = [
                {"timestampMs": str(at * 1000), "value": n / step if asked[2] == "rate" else n}
                for at, n in points.items()
            ]
            labels = [{"key": k, "value": {"stringValue": v}} for k, v in zip(names, values, strict=True)]
            series.append({"labels": labels, "samples": samples})
        return Said({"series": series, "metrics": {}})


class Refused(Exception):
    pass


def spanset(text: str) -> Callable[[Row], bool]:
    """``{ condition && (condition || condition) }``."""
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}")):
        raise Refused("parse error at line 1, col 1: syntax error: unexpected IDENTIFIER")
    inner, tokens, place = text[1:-1], [], 0
    while inner[place:].strip():
        found = _TOKEN.match(inner, place)
        if found is None:
            raise Refused(f"parse error at line 1, col {place + 2}: syntax error")
        tokens.append(found[1])
        place = found.end()
    if not tokens:
        return lambda row: True
    test = _either(tokens)
    if tokens:
        raise Refused(f"parse error: unexpected {tokens[0]}")
    return test


def _either(tokens: list[str]) -> Callable[[Row], bool]:
    tests = [_all(tokens)]
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        tests.append(_all(tokens))
    return lambda row: any(test(row) for test in tests)


def _all(tokens: list[str]) -> Callable[[Row], bool]:
    tests = [_one(tokens)]
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        tests.append(_one(tokens))
    return lambda row: all(test(row) for test in tests)


def _one(tokens: list[str]) -> Callable[[Row], bool]:
    if tokens[:1] == ["("]:
        tokens.pop(0)
        test = _either(tokens)
        if tokens[:1] != [")"]:
            raise Refused("parse error: unexpected $end")
        tokens.pop(0)
        return test
    if len(tokens) < 3:
        raise Refused("parse error: unexpected $end")
    name, how, value = tokens.pop(0), tokens.pop(0), tokens.pop(0)
    wanted = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
    return lambda row: _compared(_of(row, name), how, wanted)


def _of(row: Row, name: str) -> Any:
    scope, _, rest = name.partition(".")
    match scope:
        case "resource" if rest:
            return row["ResourceAttributes"].get(rest)
        case "span" if rest:
            return row["SpanAttributes"].get(rest)
        case "status":
            return {"Error": "error", "Ok": "ok"}.get(row["StatusCode"], "unset")
        case "kind":
            return row["SpanKind"].lower()
        case "name":
            return row["SpanName"]
        case "duration":
            return row["Duration"]
    raise Refused(f"parse error: unexpected {name}")


def _compared(value: Any, how: str, wanted: str) -> bool:
    if value is None:
        return False
    if how in ("=", "!="):
        return (str(value) == wanted) == (how == "=")
    if how == "=~":
        return re.fullmatch(wanted, str(value)) is not None
    unit = re.fullmatch(r"([\d.]+)(ns|us|ms|s|m)?", wanted)
    if unit is None:
        raise Refused(f"parse error: {wanted}")
    number = float(unit[1]) * (_UNITS[unit[2]] if unit[2] else 1)
    return {">": float(value) > number, "<": float(value) < number, ">=": float(value) >= number,
            "<=": float(value) <= number}[how]  # fmt: skip


def _summary(trace: str, rows: Sequence[Row], matched: Sequence[Row], shown: int) -> dict[str, Any]:
    top = next((row for row in rows if not row["ParentSpanId"]), rows[0])
    first, last = min(r["ns"] for r in rows), max(r["ns"] + r["Duration"] for r in rows)
    spans = [
        {"spanID": r["SpanId"], "startTimeUnixNano": str(r["ns"]), "durationNanos": str(r["Duration"]),
         "attributes": [{"key": "service.name", "value": {"stringValue": r["ServiceName"]}}]}
        for r in matched[:shown]
    ]  # fmt: skip
    return {
        "traceID": trace.lstrip("0"), "rootServiceName": top["ServiceName"], "rootTraceName": top["SpanName"],
        "startTimeUnixNano": str(first), "durationMs": (last - first) // 1_000_000,
        "spanSets": [{"spans": spans, "matched": len(matched)}],
    }  # fmt: skip


def _span(row: Row) -> dict[str, Any]:
    found = {
        "traceId": _base64(row["TraceId"]), "spanId": _base64(row["SpanId"]), "name": row["SpanName"],
        "kind": f"SPAN_KIND_{row['SpanKind'].upper()}", "startTimeUnixNano": str(row["ns"]),
        "endTimeUnixNano": str(row["ns"] + row["Duration"]), "attributes": _attributes(row["SpanAttributes"]),
        "status": {},
    }  # fmt: skip
    if row["StatusCode"] != "Unset":
        found["status"] = {"code": f"STATUS_CODE_{row['StatusCode'].upper()}", "message": row["StatusMessage"]}
    if row["ParentSpanId"]:
        found["parentSpanId"] = _base64(row["ParentSpanId"])
    return found


def _attributes(told: Mapping[str, str]) -> list[dict[str, Any]]:
    """Numbers as the protocol's JSON has them: 64-bit ones as texts."""
    return [{"key": k, "value": {"intValue": v} if v.isdigit() else {"stringValue": v}} for k, v in told.items()]


def _base64(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode()
