"""The log records of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aisre_nb.errors import ToolError
from aisre_nb.sources.queries import records
from aisre_nb.sources.reader import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


def log_records(
    reader: Reader,
    service: str,
    window: Window,
    *,
    severity: str | None,
    contains: str | None,
    operation: str | None,
    trace_id: str | None,
    limit: int,
) -> pd.DataFrame:
    """The frame of `LogSource.logs`, oldest first; severities by our names; ``attrs["total"]`` counts all."""
    reader.need("otel_logs")
    least = records.severity_name(severity) if severity else None
    if least and least not in records.severities():
        raise ToolError(f"{severity!r} is not a severity", f"one of {', '.join(records.severities())}")
    rows = records.records(
        service,
        window,
        severity=least,
        contains=contains,
        operation=operation,
        trace_id=trace_id,
        with_spans=reader.has("otel_traces"),
    )
    frame = reader.frame(records.newest(rows, limit))
    total = len(frame) if len(frame) < limit else int(reader.frame(rows.agg(n=rows.count()))["n"].iloc[0])
    if total > len(frame):
        reader.notes.append(f"{total} records match: the newest {len(frame)} are here")
    frame = _bounded(reader, frame)
    if operation and not reader.has("otel_traces"):
        reader.notes.append("there are no spans: records were matched with the operation by their attributes alone")
    frame = frame.assign(severity=[records.severity_name(text.rstrip("234")) for text in frame["severity"]])
    frame = frame.iloc[::-1].reset_index(drop=True)
    frame.attrs["total"] = total
    return frame


def _bounded(reader: Reader, frame: pd.DataFrame) -> pd.DataFrame:
    """No text longer than `records.LONGEST`, in a body or in an attribute."""
    limit = records.LONGEST
    long = frame["body"].str.len() > limit
    if long.any():
        reader.notes.append(
            f"{int(long.sum())} records are longer than {limit:,} characters: their beginnings are here"
        )
        frame = frame.assign(body=frame["body"].str.slice(0, limit))
    attributes: list[Any] = [
        {k: v[:limit] for k, v in row.items()} if any(len(v) > limit for v in row.values()) else row
        for row in frame["attributes"]
    ]
    return frame.assign(attributes=attributes)
