"""TraceQL that is made here, and a look at TraceQL that a model wrote before it is sent.

After Tempo's documentation of TraceQL: ``{ … }`` selects spans; what follows a ``|`` counts them.
"""

from __future__ import annotations

import re

from aisre_nb.errors import ToolError
from aisre_nb.sources.balanced import balanced, blotted
from aisre_nb.sources.mirror.kept import Scope

_METRIC = re.compile(
    r"\|\s*(rate|count_over_time|(?:min|max|avg|sum|quantile|histogram)_over_time|compare)\s*\(", re.IGNORECASE
)


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
    text, bare = balanced(query, next_step)
    if "{" not in bare:
        raise ToolError("the query selects no spans", next_step)
    return text


def is_metric(query: str) -> bool:
    """Whether it asks for numbers over time, not for traces."""
    return _METRIC.search(blotted(query)) is not None
