"""Loki's streams as log records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.mirror import bodies, severity
from aisre_nb.sources.mirror.names import dotted, of_resource
from aisre_nb.sources.mirror.rows import Record, bounded, plain, span_id, trace_id

_OWN = {*bodies.SEVERITIES, *bodies.TRACES, *bodies.SPANS, "severity_number", "detected_level", "flags",
        "observed_timestamp", "scope_name", "scope_version", "__error__", "__error_details__"}  # fmt: skip
"""What is a field of a record, and no attribute."""


def streams(reply: Any, name: str) -> list[Mapping[str, Any]]:
    """The streams of an answer. Raises `SourceUnreachable` where it is none."""
    data = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(data, dict) or data.get("resultType") != "streams" or not isinstance(data.get("result"), list):
        raise SourceUnreachable(f"{name} answers with something else than streams", "is that the url of a Loki?")
    return [stream for stream in data["result"] if isinstance(stream, dict)]


def records(found: list[Mapping[str, Any]], label: str) -> Iterator[Record]:
    """Each line as a record; ``label`` names its service. A line that is none is left out."""
    for stream in found:
        labels = _texts(stream.get("stream"))
        values = stream.get("values")
        for value in values if isinstance(values, list) else []:
            if isinstance(value, list) and len(value) >= 2 and str(value[0]).isdigit():
                more = value[2] if len(value) > 2 and isinstance(value[2], dict) else {}
                # With "categorize-labels" metadata stand apart; else in a third element, or among the labels.
                metadata = _texts(more.get("structuredMetadata", more if "parsed" not in more else {}))
                yield _record(int(value[0]), str(value[1]), labels, metadata, label)


def _record(at: int, body: str, labels: Mapping[str, str], metadata: Mapping[str, str], label: str) -> Record:
    fields = {**labels, **metadata}
    word = severity.text(bodies.first(fields, bodies.SEVERITIES))
    trace, span = bodies.first(fields, bodies.TRACES), bodies.first(fields, bodies.SPANS)
    if not (word and trace and span):
        told = bodies.said(body)
        word = word or severity.text(bodies.first(told, bodies.SEVERITIES))
        trace, span = trace or bodies.first(told, bodies.TRACES), span or bodies.first(told, bodies.SPANS)
    resource = {dotted(name): value for name, value in labels.items() if name not in _OWN}
    attributes: dict[str, str] = {}
    for name, value in metadata.items():
        if name not in _OWN:
            (resource if of_resource(name) else attributes)[dotted(name)] = value
    return Record(
        at,
        trace_id(trace),
        span_id(span),
        word or severity.text(fields.get("detected_level", "")),
        severity.number(fields.get("severity_number", "")),
        labels.get(label, ""),
        bounded(body),
        attributes,
        resource,
    )


def _texts(told: object) -> dict[str, str]:
    return {str(name): plain(value) for name, value in told.items()} if isinstance(told, dict) else {}
