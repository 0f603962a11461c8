"""Documents of OpenSearch as log records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aisre_nb.sources.mirror import bodies, severity
from aisre_nb.sources.mirror.names import of_resource
from aisre_nb.sources.mirror.nanos import parsed
from aisre_nb.sources.mirror.rows import Record, bounded, plain, span_id, trace_id
from aisre_nb.sources.opensearch.fields import Fields, Role

_DEEP = 12
_ECS = {
    "error.type": "exception.type",
    "error.message": "exception.message",
    "error.stack_trace": "exception.stacktrace",
}
_RESOURCE = ("resource.attributes.", "resource.")
_RECORD = ("attributes.", "log.attributes.")
_NUMBER = ("severity_number", "severityNumber", "severity.number", "SeverityNumber")


def record(source: object, fields: Fields) -> Record | None:
    """A document's record; None where it has no time."""
    flat = dict(_flat(source, "", 0))
    time = fields["time"].name
    at = parsed(flat.get(time))
    if at is None:
        return None

    def of(role: Role) -> str:
        return plain(flat.get(fields[role].name)) if role in fields else ""

    body = of("message")
    word, trace, span = severity.text(of("severity")), of("trace"), of("span")
    if not (word and trace and span):
        told = bodies.said(body)
        word = word or severity.text(bodies.first(told, bodies.SEVERITIES))
        trace, span = trace or bodies.first(told, bodies.TRACES), span or bodies.first(told, bodies.SPANS)
    number = next((int(flat[name]) for name in _NUMBER if str(flat.get(name, "")).isdigit()), 0)
    attributes, resource = _told(flat, {field.name for field in fields.values()} | {*_NUMBER})
    return Record(at, trace_id(trace), span_id(span), word, number, of("service"), bounded(body), attributes, resource)


def _told(flat: Mapping[str, Any], own: set[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Attributes of the record, and of what sent it."""
    attributes: dict[str, str] = {}
    resource: dict[str, str] = {}
    for key, value in flat.items():
        if value is None:
            continue
        name, place = key, attributes
        for prefixes, into in ((_RESOURCE, resource), (_RECORD, attributes)):
            prefix = next((one for one in prefixes if key.startswith(one)), None)
            if prefix:
                # Data Prepper writes the points of a name as @.
                name, place = key.removeprefix(prefix).replace("@", "."), into
                break
        else:
            place = resource if of_resource(key) else attributes
        if key not in own or place is resource:
            place[_ECS.get(name, name)] = plain(value)
    return attributes, resource


def _flat(told: object, prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(told, dict) and depth < _DEEP:
        for key, value in told.items():
            yield from _flat(value, f"{prefix}.{key}" if prefix else str(key), depth + 1)
    else:
        yield prefix, told
