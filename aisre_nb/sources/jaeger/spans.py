"""Jaeger's JSON as spans: microseconds, typed tags, and processes that spans point to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aisre_nb.sources.http import failure
from aisre_nb.sources.http.access import Access
from aisre_nb.sources.mirror.rows import Span, kind, plain, span_id, trace_id

_TRUE = ("true", "1")
_OWN = ("span.kind", "error", "otel.status_code", "otel.status_description", "internal.span.format")
"""Tags that are fields of a span in OpenTelemetry's model."""
_STATUS = {"ERROR": "Error", "OK": "Ok"}


def data(reply: Any, access: Access) -> list[Any]:
    """What the envelope holds. Raises `SourceUnreachable` where it is none, or holds an error instead."""
    if not isinstance(reply, dict) or "data" not in reply:
        raise failure.of_answer(access, "answers with something else than Jaeger does", "is its url without /api?")
    told, errors = reply["data"], reply.get("errors")
    if not told and isinstance(errors, list) and errors and isinstance(errors[0], dict):
        raise failure.of_answer(access, f"failed: {failure.quoted(access, plain(errors[0].get('msg')))}", "see its log")
    return told if isinstance(told, list) else []


def spans(trace: object) -> Iterator[Span]:
    """The spans of one trace; what is none is left out."""
    told: Mapping[str, Any] = trace if isinstance(trace, dict) else {}
    processes = told.get("processes")
    known: dict[str, tuple[str, dict[str, str]]] = {}
    for key, process in (processes if isinstance(processes, dict) else {}).items():
        process = process if isinstance(process, dict) else {}
        service = plain(process.get("serviceName"))
        known[str(key)] = service, {"service.name": service, **_tags(process.get("tags"))}
    for one in told.get("spans") or []:
        try:
            yield _span(one, *known.get(str(one.get("processID")), ("", {})))
        except (AttributeError, KeyError, TypeError, ValueError):
            continue


def _span(told: Mapping[str, Any], service: str, resource: Mapping[str, str]) -> Span:
    tags = _tags(told.get("tags"))
    failed = tags.get("error", "").lower() in _TRUE
    status = _STATUS.get(tags.get("otel.status_code", "").upper(), "Error" if failed else "Unset")
    trace = trace_id(told["traceID"])
    return Span(
        trace,
        span_id(told["spanID"]),
        _parent(told, trace),
        plain(told.get("operationName")),
        kind(tags.get("span.kind", "")),
        service,
        int(told["startTime"]) * 1000,
        max(0, int(told.get("duration") or 0)) * 1000,
        status,
        tags.get("otel.status_description", ""),
        {name: value for name, value in tags.items() if name not in _OWN},
        resource,
    )


def _parent(told: Mapping[str, Any], trace: str) -> str:
    """The span that it is a child of; one that it only follows, where there is no other."""
    references = [one for one in told.get("references") or [] if trace_id(one.get("traceID")) == trace]
    for how in ("CHILD_OF", "FOLLOWS_FROM"):
        for one in references:
            if one.get("refType") == how:
                return span_id(one.get("spanID"))
    return span_id(told.get("parentSpanID"))


def _tags(told: object) -> dict[str, str]:
    return {
        str(one["key"]): plain(one.get("value"))
        for one in (told if isinstance(told, list) else [])
        if isinstance(one, dict) and "key" in one
    }
