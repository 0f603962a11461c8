"""Which fields of an index are a record's time, text, service, severity and trace: asked, not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.mirror.asked import Asked

Role = Literal["time", "message", "service", "severity", "trace", "span"]

CANDIDATES: Mapping[Role, tuple[str, ...]] = {
    "time": ("@timestamp", "time", "timestamp", "Timestamp", "observedTimestamp"),
    "message": ("message", "body.text", "body", "Body", "log", "msg", "event.original"),
    "service": (
        "service.name", "resource.attributes.service.name", "resource.attributes.service@name", "serviceName",
        "ServiceName", "resource.service.name", "service", "kubernetes.labels.app", "kubernetes.container.name",
        "kubernetes.container_name", "app",
    ),
    "severity": ("log.level", "severity_text", "severityText", "severity.text", "SeverityText", "level", "severity"),
    "trace": ("trace.id", "trace_id", "traceId", "TraceId"),
    "span": ("span.id", "span_id", "spanId", "SpanId"),
}  # fmt: skip
"""The Elastic Common Schema, OpenTelemetry's mappings of the collector and of Data Prepper, and usual names."""

_WHOLE = ("keyword", "constant_keyword", "wildcard", "flat_object", "flattened")
_TEXTS = ("text", "match_only_text")
_TIMES = ("date", "date_nanos")


@dataclass(frozen=True)
class Field:
    """A field of the index."""

    name: str
    """As ``_source`` has it."""
    exact: str | None
    """The field, or its keyword, by which a value is found as a whole; None: it is text alone."""
    is_text: bool

    def is_value(self, value: str) -> dict[str, Any]:
        """The clause of records with that value."""
        if self.exact:
            return {"term": {self.exact: value}}
        return {"match_phrase": {self.name: value}}

    def is_one_of(self, values: list[str]) -> dict[str, Any]:
        """The clause of records with one of these."""
        if self.exact:
            return {"terms": {self.exact: values}}
        return {"bool": {"should": [self.is_value(value) for value in values], "minimum_should_match": 1}}

    def holds(self, text: str) -> dict[str, Any]:
        """The clause of records that hold that text: in words where it is text, anywhere where it is a keyword."""
        if self.is_text:
            return {"match_phrase": {self.name: text}}
        kept = "".join(f"\\{sign}" if sign in "*?\\" else sign for sign in text)
        return {"wildcard": {self.exact or self.name: {"value": f"*{kept}*", "case_insensitive": True}}}


Fields = Mapping[Role, Field]


async def found(asked: Asked, path: str, index: str, told: Mapping[Role, str]) -> Fields:
    """The fields that are there. ``told``: what the settings name, which goes before what is looked for.

    Raises `SignalMissing` where nothing matches the index, or nothing in it is a time.
    """
    names = {role: (told[role],) if told.get(role) else options for role, options in CANDIDATES.items()}
    every = [name for options in names.values() for name in options]
    wanted = ",".join([*every, *(f"{name}.keyword" for name in every)])
    reply = await asked.json(f"{path}/_field_caps", [("fields", wanted), ("ignore_unavailable", "true")])
    known = reply.get("fields") if isinstance(reply, dict) else None
    known = known if isinstance(known, dict) else {}
    fields = {role: field for role, options in names.items() if (field := _first(known, role, options))}
    if "time" not in fields:
        looked = (
            f"none of {', '.join(names['time'])} is a time in it" if known else "no index of that name has a record"
        )
        raise SignalMissing(f"{index}: {looked}", "set index, or time_field")
    return fields


def _first(known: Mapping[str, Any], role: Role, options: tuple[str, ...]) -> Field | None:
    for name in options:
        types = set(known.get(name) or {}) - {"object", "nested", "unmapped"}
        if not types or (role == "time" and not types & set(_TIMES)):
            continue
        keyword = f"{name}.keyword"
        exact = name if types & set(_WHOLE) else keyword if known.get(keyword) else None
        is_text = bool(types & set(_TEXTS))
        return Field(name, exact if exact or is_text else name, is_text)
    return None
