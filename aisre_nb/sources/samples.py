"""Whole traces and their log records from a telemetry folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aisre_nb.sources.queries import records, samples
from aisre_nb.sources.reader import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


def span_sample(reader: Reader, window: Window, limit: int, part: float = 1.0) -> pd.DataFrame:
    """The frame of `TraceSource.span_sample`; ``attrs``: total (all spans), part (of all traces, 0 to 1)."""
    reader.need("otel_traces")
    parts, total = _parts(reader, samples.span_count(window), limit, part)
    frame = reader.frame(samples.sampled_spans(window, parts))
    frame.attrs.update(total=total, part=parts / samples.PARTS)
    if parts < samples.PARTS:
        reader.notes.append(
            f"of {total} spans those of a {parts / samples.PARTS:.2%} sample of the traces are looked at"
        )
    return frame


def log_sample(reader: Reader, window: Window, limit: int, part: float = 1.0) -> pd.DataFrame:
    """The frame of `LogSource.log_sample`; severities by our names; ``attrs`` as `span_sample` has them."""
    reader.need("otel_logs")
    parts, total = _parts(reader, samples.record_count(window), limit, part)
    frame = reader.frame(samples.sampled_records(window, parts))
    frame = frame.assign(severity=[records.severity_name(text.rstrip("234")) for text in frame["severity"]])
    frame.attrs.update(total=total, part=parts / samples.PARTS)
    return frame


def _parts(reader: Reader, count: Any, limit: int, part: float) -> tuple[int, int]:
    """How many of the parts come, and of how many rows."""
    total = int(reader.frame(count)["n"].iloc[0])
    fitting = samples.PARTS if total <= limit else samples.PARTS * limit // total
    return max(1, min(fitting, round(part * samples.PARTS))), total
