"""What one request waited for: the spans that no other work hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_Span = tuple[str, float, float]
"""Its id, start and end in milliseconds."""


def critical_path(spans: pd.DataFrame) -> pd.Series[float]:
    """Milliseconds that each span itself kept the request waiting, by span_id; those that other work hid are left out.

    ``spans``: of one trace; span_id, parent_span_id, start (aware time), duration_ms. The values add up to the duration
    of the root; one that only waited for others has 0. Walks from the root's end backwards: what finished last before
    each instant is what was waited for (Zhang et al., "CRISP: Critical Path Analysis of Large-Scale Microservice
    Architectures", USENIX ATC 2022). A child that runs beyond its parent, by a skewed clock or because nobody waits for
    it, counts only while the parent lasts.
    """
    import pandas as pd

    if spans.empty:
        return pd.Series(dtype=float)
    first = spans["start"].min()
    starts = (spans["start"] - first).dt.total_seconds() * 1000
    rows = [
        (str(i), str(parent or ""), float(start), float(start) + float(took))
        for i, parent, start, took in zip(
            spans["span_id"], spans["parent_span_id"], starts, spans["duration_ms"], strict=True
        )
    ]
    known = {row[0] for row in rows}
    children: dict[str, list[_Span]] = {}
    for name, parent, start, end in rows:
        if parent in known and parent != name:
            children.setdefault(parent, []).append((name, start, end))
    roots = [(name, start, end) for name, parent, start, end in rows if parent not in known]
    waited: dict[str, float] = {}
    # A stack of its own: a trace may be deeper than Python's; and a circle of parents has no root and is not entered.
    todo = [max(roots, key=lambda span: span[2] - span[1])] if roots else []
    while todo:
        name, start, end = todo.pop()
        cursor = end
        for child, begun, ended in sorted(children.get(name, []), key=lambda span: -span[2]):
            begun, ended = max(begun, start), min(ended, cursor)
            if ended <= begun or begun >= cursor:
                continue
            waited[name] = waited.get(name, 0.0) + cursor - ended
            todo.append((child, begun, ended))
            cursor = begun
        waited[name] = waited.get(name, 0.0) + cursor - start
    return pd.Series(waited, dtype=float)
