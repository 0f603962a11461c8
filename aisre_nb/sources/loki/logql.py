"""LogQL that is made here, and a look at LogQL that a model wrote before it is sent.

After Loki's documentation of LogQL: a query begins with a selector of streams, which needs at least one matcher that
does not match the empty text.
"""

from __future__ import annotations

import re

from aisre_nb.errors import ToolError
from aisre_nb.sources.balanced import balanced
from aisre_nb.sources.queries import records

_MATCHER = re.compile(r'\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*("(?:[^"\\\n]|\\.)*"|`[^`]*`)\s*')


def quoted(text: str) -> str:
    """As a text of LogQL, which are texts of Go."""
    kept = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    shown = "".join(sign if sign.isprintable() else f"\\u{min(ord(sign), 0xFFFF):04x}" for sign in kept)
    return f'"{shown}"'


def selector(label: str, service: str | None) -> str:
    """The streams of a service, or of all that have that label."""
    return f"{{{label}={quoted(service)}}}" if service is not None else f'{{{label}=~".+"}}'


def filters(severity: str | None, contains: str | None, trace_id: str | None) -> str:
    """What a record must have beside: stages behind a selector.

    A severity is looked for where Loki puts what it found (``detected_level``) and where the sender said it.
    """
    stages = f" |~ {quoted('(?i)' + re.escape(contains))}" if contains else ""
    if severity:
        words = "|".join(records.words(severity))
        names = ("detected_level", "severity_text", "level")
        stages += " | " + " or ".join(f'{name}=~"(?i)({words})"' for name in names)
    if trace_id:
        stages += f" | trace_id={quoted(trace_id)} or traceid={quoted(trace_id)}"
    return stages


def checked(query: str) -> str:
    """The query. Raises `ToolError` for what Loki would refuse, or for what asks for everything."""
    next_step = 'begin with a selector: {service_name="cart"} |= "timeout", or sum by (level) (count_over_time(…[5m]))'
    text, bare = balanced(query, next_step)
    if "{" not in bare:
        raise ToolError("the query selects no streams", next_step)
    for found in re.finditer(r"\{", bare):
        _select(text[found.end() : bare.index("}", found.end())], next_step)
    return text


def _select(inner: str, next_step: str) -> None:
    place, narrow = 0, False
    while place < len(inner.rstrip()):
        found = _MATCHER.match(inner, place)
        if found is None:
            raise ToolError(f"{inner[place:].strip()[:40]!r} in the selector is no matcher", next_step)
        value = found[3][1:-1]
        narrow |= (found[2] == "=" and bool(value)) or (found[2] == "=~" and value not in ("", ".*", ".*?", "(.*)"))
        place = found.end()
        if place < len(inner) and inner[place] == ",":
            place += 1
    if not narrow:
        raise ToolError("the selector needs a matcher that does not match everything", next_step)


def is_metric(query: str) -> bool:
    """Whether it asks for numbers, not for lines."""
    return not query.lstrip().startswith("{")
