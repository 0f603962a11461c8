"""A part of all traces, chosen by their ids: the same part is the same traces in whatever source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisre_nb.sources.queries import samples
from aisre_nb.sources.telemetry_database import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


def dealt(trace_ids: Sequence[str]) -> list[tuple[str, int]]:
    """Each with its part of `samples.PARTS`, in their order: the first so many of them are a sample."""
    import duckdb
    import ibis
    import pyarrow as pa

    with duckdb.connect(":memory:") as db:
        db.register("traces", pa.table({"TraceId": pa.array(list(trace_ids), type=pa.string())}))
        found = db.execute(str(ibis.to_sql(samples.dealt_traces(), dialect="duckdb"))).fetchall()
    return [(str(row[0]), int(row[1])) for row in found]


def share(ids: Sequence[tuple[str, int]], count: int) -> tuple[int, float]:
    """How many of the first ``count`` are whole parts, and which part of all traces they are."""
    if count >= len(ids):
        return len(ids), 1.0
    part = ids[count][1]
    while count and ids[count - 1][1] == part:
        count -= 1
    # Of so few traces that one part holds more than may be read there is no sample that others could have as well.
    return (count, part / samples.PARTS) if count else (1, 1 / samples.PARTS)


def sampled_spans(reader: Reader, window: Window, limit: int, part: float, here_part: float) -> pd.DataFrame:
    """The frame of `TraceSource.span_sample`, from a mirror that holds ``here_part`` of all traces."""
    reader.need("otel_traces")
    here = int(reader.frame(samples.span_count(window))["n"].iloc[0])
    total = round(here / here_part)
    fitting = samples.PARTS if total <= limit else samples.PARTS * limit // total
    parts = max(1, min(fitting, round(min(part, here_part) * samples.PARTS)))
    frame = reader.frame(samples.sampled_spans(window, parts))
    frame.attrs.update(total=total, part=parts / samples.PARTS)
    if parts < samples.PARTS:
        reader.notes.append(
            f"of {total} spans those of a {parts / samples.PARTS:.2%} sample of the traces are looked at"
        )
    return frame
