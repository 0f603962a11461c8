"""Spans of the OpenTelemetry protocol's JSON, as Tempo writes it: numbers as texts, ids in base64 or hexadecimal."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aisre_nb.sources.mirror.rows import Span, kind, plain, span_id, trace_id

_STATUS = {0: "Unset", 1: "Ok", 2: "Error"}


def spans(batches: object) -> Iterator[Span]:
    """The spans of ``resourceSpans``, or of ``batches`` as they were called before; what is none is left out."""
    for batch in _dicts(batches):
        resource = attributes(_dict(batch.get("resource")).get("attributes"))
        service = resource.get("service.name", "")
        for scope in _dicts(batch.get("scopeSpans") or batch.get("instrumentationLibrarySpans")):
            for told in _dicts(scope.get("spans")):
                try:
                    yield _span(told, service, resource)
                except (TypeError, ValueError):
                    continue


def _span(told: Mapping[str, Any], service: str, resource: Mapping[str, str]) -> Span:
    status = _dict(told.get("status"))
    code = status.get("code", 0)
    start = int(told["startTimeUnixNano"]) if "startTimeUnixNano" in told else 0
    return Span(
        trace_id(digits(told.get("traceId"), 32)),
        span_id(digits(told.get("spanId"), 16)),
        span_id(digits(told.get("parentSpanId"), 16)),
        plain(told.get("name")),
        kind(told.get("kind")),
        service,
        start,
        max(0, int(told.get("endTimeUnixNano") or start) - start),
        _STATUS.get(code, "Unset") if isinstance(code, int) else str(code).rpartition("_")[2].capitalize(),
        plain(status.get("message")),
        attributes(told.get("attributes")),
        resource,
    )


def digits(told: object, width: int) -> str:
    """An id in hexadecimal digits, whichever of the two it came in: their lengths differ."""
    text = str(told or "")
    if len(text) == -(-width // 6) * 4:
        try:
            return base64.b64decode(text, altchars=None, validate=True).hex()
        except (binascii.Error, ValueError):
            return text
    return text


def attributes(told: object) -> dict[str, str]:
    """Names and values of a list of ``{key, value: {stringValue|intValue|…}}``, values as texts."""
    return {str(one["key"]): plain(value(one.get("value"))) for one in _dicts(told) if "key" in one}


def value(told: object) -> Any:
    """A value of the protocol as Python has it; 64-bit numbers come as texts and stay so."""
    for name, inner in _dict(told).items():
        if name == "arrayValue":
            return [value(one) for one in _list(_dict(inner).get("values"))]
        if name == "kvlistValue":
            return {str(one.get("key")): value(one.get("value")) for one in _dicts(_dict(inner).get("values"))}
        return inner
    return None


def _dict(told: object) -> Mapping[str, Any]:
    return told if isinstance(told, dict) else {}


def _list(told: object) -> Sequence[Any]:
    return told if isinstance(told, list) else []


def _dicts(told: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in _list(told) if isinstance(one, dict))
