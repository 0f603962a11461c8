"""What each operation and each call took, and how often it failed, before and since an instant."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.sources.queries import flow
from aisre_nb.sources.reader import Reader
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "service", "within", "operation", "peer", "late", "count", "failed", "own_failed", "mean_ms", "p95_ms", "own_ms",
    "answered", "peer_ms",
]  # fmt: skip


def request_flow(reader: Reader, window: Window, onset: datetime) -> pd.DataFrame:
    """The frame of `TraceSource.flow`."""
    import pandas as pd

    reader.need("otel_traces")
    visits = reader.frame(flow.visits(window, onset)).assign(within="", peer="", answered=0, peer_ms=float("nan"))
    calls = reader.frame(flow.calls(window, onset))
    if visits.empty and calls.empty:
        reader.notes.append("no span in that window says whether it is a server's or a client's")
    frame = pd.concat([part[COLUMNS] for part in (visits, calls) if len(part)] or [visits[COLUMNS]], ignore_index=True)
    counted = ["count", "failed", "own_failed", "answered"]
    return frame.assign(**{name: frame[name].fillna(0).astype("int64") for name in counted})
