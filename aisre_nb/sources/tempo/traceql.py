"""TraceQL that is made here, and a look at TraceQL that a model wrote before it is sent.

After Tempo's documentation of TraceQL: ``{ … }`` selects spans; what follows a ``|`` counts them.
"""

from __future__ import annotations

import re

from aisre_nb.errors import ToolError
from aisre_nb.sources.mirror.kept import Scope

_LONGEST = 5000
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`')
_METRIC = re.compile(
    r"\|\s*(rate|count_over_time|(?:min|max|avg|sum|quantile|histogram)_over_time|compare)\s*\(", re.IGNORECASE
)
_PAIRS = {")": "(", "}": "{"}


def quoted(text: str) -> str:
    """As a text of TraceQL."""
    kept = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(sign if sign.isprintable() else " " for sign in kept) + '"'


def spans(scope: Scope) -> str:
    """The spans of a service, or all; ``narrowed`` "failing": its requests that failed."""
    service = f"resource.service.name={quoted(scope.service)}" if scope.service is not None else ""
    if not scope.narrowed:
        return f"{{{service}}}"
    failed = "(status=error || span.http.response.status_code>=500 || span.http.status_code>=500)"
    return f"{{{' && '.join(part for part in (service, failed) if part)}}}"


def checked(query: str) -> str:
    """The query. Raises `ToolError` for what Tempo would refuse."""
    next_step = 'write {resource.service.name="cart" && status=error}, or … | rate() by (name)'
    text = query.strip()
    if not text or len(text) > _LONGEST:
        raise ToolError(f"the query is {'empty' if not text else f'longer than {_LONGEST} characters'}", next_step)
    bare = _STRING.sub(lambda found: "_" * len(found[0]), text)
    if '"' in bare or "`" in bare:
        raise ToolError("a text in the query is not closed", next_step)
    open_: list[str] = []
    for place, sign in enumerate(bare):
        if sign in "({":
            open_.append(sign)
        elif sign in _PAIRS and (not open_ or open_.pop() != _PAIRS[sign]):
            raise ToolError(f"{sign!r} at {place + 1} closes nothing", next_step)
    if open_ or "{" not in bare:
        raise ToolError(f"{open_[-1]!r} is not closed" if open_ else "the query selects no spans", next_step)
    return text


def is_metric(query: str) -> bool:
    """Whether it asks for numbers over time, not for traces."""
    return _METRIC.search(_STRING.sub("_", query)) is not None
