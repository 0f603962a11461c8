"""Traces cut into visits: what one service did for one call of another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

SPANS = ["trace_id", "span_id", "parent_span_id", "service", "operation", "start", "duration_ms", "failed"]
"""What a frame of spans must have; ``start`` aware, ``failed`` bool. Anything else in it is kept."""


@dataclass(frozen=True)
class Visits:
    """Requests that services served, whether or not their spans carry kinds."""

    visits: pd.DataFrame
    """Indexed by ``visit``: trace_id, service, operation, caller ("" where nobody of the sample called), above (the
    caller's visit, -1 for none), start, duration_ms, own_ms (without the time in which it waited for others), failed.
    """
    spans: pd.DataFrame
    """The spans, each once, with ``visit`` and ``entry`` (bool: it is the visit's first span)."""
    calls: pd.DataFrame
    """One row a call whose two sides were both seen: visit (the caller's), callee_visit, caller, callee, operation,
    start, gap_ms (the caller's side minus the callee's: network, queues and proxies between them, whatever the
    clocks say)."""


def visits(spans: pd.DataFrame) -> Visits:
    """A visit begins at each span whose parent is another service's, or is not there.

    ``own_ms`` is self time as Google's Dapper defines it (Sigelman et al., 2010): the visit without the union of its
    calls to others. Spans of one id count once; a cycle of parents is cut where it is met.
    """
    import numpy as np

    kept = spans.dropna(subset=["start", "duration_ms"]).drop_duplicates(["trace_id", "span_id"]).reset_index(drop=True)
    n = len(kept)
    parent = _parents(kept)
    service = kept["service"].to_numpy(dtype=object)
    inside = (parent >= 0) & (service[parent] == service)
    first = _climbed(np.where(inside, parent, np.arange(n)), inside)
    entry = first == np.arange(n)
    above = np.where(entry & ~inside & (parent >= 0), parent, -1)
    kept = kept.assign(visit=first, entry=entry)
    found = kept.loc[entry, ["trace_id", "service", "operation", "start", "duration_ms", "failed"]].copy()
    found.index.name = "visit"
    at = found.index.to_numpy()
    found["above"] = np.where(above[at] >= 0, first[above[at]], -1)
    found["caller"] = np.where(above[at] >= 0, service[above[at]], "")
    calls, waited = _calls(kept, parent, above, first)
    found["own_ms"] = (found["duration_ms"] - waited.reindex(found.index).fillna(0.0)).clip(lower=0.0)
    failing = kept.loc[kept["failed"].astype(bool), "visit"]
    found["failed"] = found.index.isin(set(failing))
    return Visits(found, kept, calls)


def _parents(spans: pd.DataFrame) -> NDArray[np.int64]:
    """The row of each span's parent; -1 where it is not there, or is the span itself."""
    import numpy as np

    rows = spans[["trace_id"]].assign(parent_span_id=spans["span_id"], row=np.arange(len(spans)))
    merged = spans[["trace_id", "parent_span_id"]].merge(rows, on=["trace_id", "parent_span_id"], how="left")
    parent = merged["row"].fillna(-1).to_numpy(dtype=np.int64)
    return np.where(parent == np.arange(len(spans)), -1, parent)


def _climbed(up: NDArray[np.int64], inside: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first span of the visit that each belongs to, by pointer jumping (Wyllie, 1979)."""
    import numpy as np

    for _ in range(max(1, len(up).bit_length())):
        further = up[up]
        if np.array_equal(further, up):
            break
        up = further
    # Within a cycle nothing is first: there each span stands for itself.
    return np.where(inside[up], np.arange(len(up)), up)


def _calls(
    spans: pd.DataFrame, parent: NDArray[np.int64], above: NDArray[np.int64], first: NDArray[np.int64]
) -> tuple[pd.DataFrame, pd.Series[float]]:
    """The calls between services, and how many milliseconds each visit waited for them."""
    import numpy as np
    import pandas as pd

    length = spans["duration_ms"].to_numpy(dtype=float)
    children = np.bincount(parent[parent >= 0], minlength=len(spans))
    callee = np.flatnonzero(above >= 0)
    client = above[callee]
    # The caller's side was seen where its span has this one child and is no visit by itself.
    both = (children[client] == 1) & (first[client] != client)
    service = spans["service"].to_numpy(dtype=object)
    operation = spans["operation"].to_numpy(dtype=object)
    frame = pd.DataFrame(
        {
            "visit": first[client],
            "callee_visit": callee,
            "caller": service[client],
            "callee": service[callee],
            "operation": operation[callee],
            "start": spans["start"].to_numpy()[callee] if len(spans) else [],
            "gap_ms": length[client] - length[callee],
        }
    )
    frame["start"] = pd.to_datetime(frame["start"], utc=True)
    # A call that nobody answered is waited for as well: a span without children of a kind that has them elsewhere.
    kind = pd.Series(service + "\n" + operation) if len(spans) else pd.Series(dtype=object)
    alone = np.flatnonzero((children == 0) & (first != np.arange(len(spans))) & kind.isin(kind[client[both]].unique()))
    side = np.concatenate([np.where(both, client, callee), alone])
    waited = _waited(spans, np.concatenate([first[client], first[alone]]), side)
    return frame[both].reset_index(drop=True), waited


def _waited(spans: pd.DataFrame, visit: NDArray[np.int64], side: NDArray[np.int64]) -> pd.Series[float]:
    """By visit, how long the union of these spans lasts within it."""
    import numpy as np
    import pandas as pd

    start = spans["start"].astype("int64").to_numpy() / _per_ms(spans["start"])
    end = start + spans["duration_ms"].to_numpy(dtype=float)
    waits = pd.DataFrame({"visit": visit, "from": np.maximum(start[side], start[visit])})
    waits["to"] = np.minimum(end[side], end[visit])
    waits = waits[waits["to"] > waits["from"]].sort_values(["visit", "from"])
    seen = waits.groupby("visit")["to"].cummax().groupby(waits["visit"]).shift().fillna(-np.inf)
    waits["waited_ms"] = (waits["to"] - np.maximum(waits["from"], seen)).clip(lower=0.0)
    return waits.groupby("visit")["waited_ms"].sum()


def _per_ms(times: pd.Series[Any]) -> float:
    unit = str(getattr(times.dtype, "unit", "ns"))
    return {"s": 1e-3, "ms": 1.0, "us": 1e3, "ns": 1e6}[unit]
