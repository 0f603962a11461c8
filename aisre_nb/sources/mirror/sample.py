"""A part of all traces, chosen by their ids: the same part is the same traces in whatever source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aisre_nb.sources.queries import samples
from aisre_nb.sources.telemetry_database import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd


def dealt(trace_ids: Sequence[str], most: int) -> tuple[list[str], float]:
    """At most about so many of them, and which part of all that is; dealt as `queries.samples` deals them."""
    if len(trace_ids) <= most:
        return list(trace_ids), 1.0
    import duckdb
    import ibis
    import pyarrow as pa

    parts = max(1, samples.PARTS * most // len(trace_ids))
    with duckdb.connect(":memory:") as db:
        db.register("traces", pa.table({"TraceId": pa.array(list(trace_ids), type=pa.string())}))
        found = db.execute(str(ibis.to_sql(samples.dealt_traces(parts), dialect="duckdb"))).fetchall()
    return [str(row[0]) for row in found], parts / samples.PARTS


def sampled_spans(reader: Reader, window: Window, limit: int, part: float, share: float) -> pd.DataFrame:
    """The frame of `TraceSource.span_sample`, from a mirror that holds ``share`` of all traces."""
    reader.need("otel_traces")
    here = int(reader.frame(samples.span_count(window))["n"].iloc[0])
    total = round(here / share)
    fitting = samples.PARTS if total <= limit else samples.PARTS * limit // total
    parts = max(1, min(fitting, round(min(part, share) * samples.PARTS)))
    frame = reader.frame(samples.sampled_spans(window, parts))
    frame.attrs.update(total=total, part=parts / samples.PARTS)
    if parts < samples.PARTS:
        reader.notes.append(
            f"of {total} spans those of a {parts / samples.PARTS:.2%} sample of the traces are looked at"
        )
    return frame
