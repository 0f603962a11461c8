"""Rows of logs and spans as a test wants them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from aisre_nb.times import Window

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def window(first: float, last: float) -> Window:
    return Window(at(first), at(last))


def ns(seconds: float) -> int:
    return int(START.timestamp()) * 1_000_000_000 + round(seconds * 1_000_000) * 1000


def log(seconds: float, body: str, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "ns": ns(seconds), "TraceId": "", "SpanId": "", "SeverityText": "INFO", "SeverityNumber": 9,
        "ServiceName": "shelf", "Body": body, "LogAttributes": {}, "ResourceAttributes": {"service.name": "shelf"},
    }  # fmt: skip
    return _told({**row, **more})


def span(seconds: float, trace: int, number: int = 1, **more: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "ns": ns(seconds), "TraceId": f"{trace:032x}", "SpanId": f"{trace * 100 + number:016x}", "ParentSpanId": "",
        "SpanName": "GET /x", "SpanKind": "Server", "ServiceName": "shelf", "Duration": 10_000_000,
        "StatusCode": "Unset", "StatusMessage": "", "SpanAttributes": {"http.response.status_code": "200"},
        "ResourceAttributes": {},
    }  # fmt: skip
    return _told({**row, **more})


def _told(row: dict[str, Any]) -> dict[str, Any]:
    resource: Mapping[str, str] = {"service.name": row["ServiceName"], **row["ResourceAttributes"]}
    return {**row, "ResourceAttributes": {**resource, "service.name": row["ServiceName"]}}
