"""LogQL that somebody wrote: lines or series, as a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.loki.entries import records, streams
from aisre_nb.sources.loki.labels import CANDIDATES
from aisre_nb.sources.loki.logql import is_metric
from aisre_nb.sources.loki.reading import HEADERS, PATH, params
from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.mirror.nanos import nanos
from aisre_nb.sources.mirror.series import SERIES, labelled, series_frame
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

LINES = ["time", "service", "severity", "body", "trace_id", "labels"]


async def answered(
    asked: Asked, name: str, query: str, window: Window, limit: int, step_seconds: int | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Lines (time, service, severity, body, trace_id, labels), newest first, or the series of `SERIES`; and notes."""
    if is_metric(query):
        step = step_seconds or max(1, round(window.duration.total_seconds() / 250))
        told = [("query", query), ("start", str(nanos(window.start))), ("end", str(nanos(window.end))),
                ("step", str(step))]  # fmt: skip
        return _series(await asked.json(PATH, told), name)
    reply = await asked.json(PATH, params(query, window, limit), headers=HEADERS)
    return _lines(reply, name, limit)


def _lines(reply: Any, name: str, limit: int) -> tuple[pd.DataFrame, tuple[str, ...]]:
    import pandas as pd

    found = streams(reply, name)
    label = next((one for one in CANDIDATES if any(one in (s.get("stream") or {}) for s in found)), "")
    lines = sorted(records(found, label), key=lambda record: -record.time)
    rows = [(r.time, r.service, r.severity.lower(), r.body, r.trace_id, {**r.resource, **r.attributes}) for r in lines]
    frame = pd.DataFrame(rows, columns=LINES)
    frame["time"] = pd.to_datetime(frame["time"], unit="ns", utc=True)
    full = len(frame) >= limit
    return frame, (f"the newest {limit} lines are here; there may be more",) if full else ()


def _series(reply: Any, name: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    data = reply.get("data") if isinstance(reply, dict) else None
    if not isinstance(data, dict) or data.get("resultType") != "matrix":
        raise SourceUnreachable(f"{name} answers with something else than series", "is that the url of a Loki?")
    points = []
    for one in data.get("result") or []:
        labels = {str(k): str(v) for k, v in (one.get("metric") or {}).items()}
        service = next((labels[label] for label in CANDIDATES if label in labels), "")
        told = labelled(labels)
        points += [(float(at) * 1e9, service, told, float(value), "") for at, value in one.get("values") or []]
    return series_frame(points, SERIES)
