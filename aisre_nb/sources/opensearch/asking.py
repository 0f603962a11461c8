"""Searches that somebody wrote, and counts that OpenSearch makes itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.sources.mirror.asked import Asked
from aisre_nb.sources.opensearch.documents import record
from aisre_nb.sources.opensearch.fields import Fields, Role
from aisre_nb.sources.opensearch.reading import Clause, body, hits
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

LINES = ["time", "service", "severity", "body", "trace_id", "labels"]
_VALUES = 50


async def documents(
    asked: Asked, name: str, path: str, fields: Fields, clauses: Sequence[Clause], window: Window, limit: int
) -> tuple[pd.DataFrame, int, tuple[str, ...]]:
    """time, service, severity, body, trace_id, labels of the newest; how many match; notes."""
    import pandas as pd

    reply = await asked.json(f"{path}/_search", body=body(fields, window, clauses, limit))
    found, count, note = hits(reply, name)
    lines = [one for hit in found if (one := record(hit.get("_source"), fields))]
    rows = [(r.time, r.service, r.severity.lower(), r.body, r.trace_id, {**r.resource, **r.attributes}) for r in lines]
    frame = pd.DataFrame(rows, columns=LINES)
    frame["time"] = pd.to_datetime(frame["time"].astype("int64"), unit="ns", utc=True)
    return frame, count if count is not None else len(frame), (note,) if note else ()


async def counted(
    asked: Asked,
    name: str,
    path: str,
    fields: Fields,
    clauses: Sequence[Clause],
    window: Window,
    field: str,
    limit: int,
) -> tuple[pd.DataFrame, int]:
    """value, count: a field's most frequent values among what matches; and how many match."""
    import pandas as pd

    told = {**body(fields, window, clauses, 0), "aggs": {"values": {"terms": {"field": field, "size": limit}}}}
    del told["sort"]
    reply = await asked.json(f"{path}/_search", body=told)
    _, count, _ = hits(reply, name)
    return pd.DataFrame(_buckets(reply), columns=["value", "count"]), count or 0


async def values(asked: Asked, name: str, path: str, fields: Fields, role: Role, window: Window) -> list[str]:
    """The most frequent values of a record's field."""
    exact = fields[role].exact if role in fields else None
    if exact is None:
        return []
    frame, _ = await counted(asked, name, path, fields, [], window, exact, _VALUES)
    return [str(value) for value in frame["value"]]


def total(reply: Any) -> int:
    """How many match; 0 where it is not told."""
    inner = reply.get("hits") if isinstance(reply, dict) else None
    count = inner.get("total") if isinstance(inner, dict) else None
    count = count.get("value") if isinstance(count, dict) else count
    return count if isinstance(count, int) else 0


def _buckets(reply: Any) -> list[tuple[str, int]]:
    try:
        found = reply["aggregations"]["values"]["buckets"]
        return [(str(one.get("key_as_string", one["key"])), int(one["doc_count"])) for one in found]
    except (LookupError, TypeError, ValueError):
        return []
