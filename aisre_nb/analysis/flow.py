"""Where along the calls time is added and failures begin: from an ill service down to what does it.

At each service the change of its requests is split among its own part and each call that it made: critical-path and
self-time attribution as in "The Mystery Machine" (Chow et al., OSDI 2014) and in CRISP (Zhang et al., USENIX ATC
2022), on means of operations instead of single traces, each operation weighted by how often it was asked for since the
onset, so that another mix of traffic is no change. The largest part is followed until it is somebody's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

By = Literal["latency", "errors"]
Where = Literal[
    "itself",  # in its own code, or its own queue
    "peer",  # in what it calls, which has no spans of its own: a database, a cache, somebody else's service
    "between",  # on the way to what it calls, which answers as fast and as well as ever
    "called",  # in what it calls; the next hop tells more
]
_LEAST = 5
"""Requests of an operation, before and since, below which its means say nothing."""
_LEAST_SHARE = 0.5
"""A part of the change from which on it is followed as a call."""
_DEEPEST = 12
_FAR_SLOWER = 1.5
_OFTEN = 1.5
"""Times as many calls for each request from which on that is told."""


@dataclass(frozen=True)
class Hop:
    """One service on the way, and what of its change is whose."""

    service: str
    where: Where
    peer: str
    """Whom it calls there; empty for ``itself``."""
    operation: str
    """The operation with the largest part: of the service, or of the call."""
    share: float
    """Of the service's change, 0 to 1."""
    before: float
    """Of that operation: milliseconds, or the share of requests that failed."""
    after: float
    times: float
    """How many times as many such calls are made for each request as before; 1 where that is not known."""
    requests: int
    """Of that operation, since the onset."""


def hops(frame: pd.DataFrame, start: str, by: By) -> list[Hop]:
    """From ``start`` downwards; empty where it has too few requests, or nothing got worse.

    ``frame``: as `TraceSource.flow` gives it. A cycle of calls ends the walk.
    """
    found: list[Hop] = []
    service = start
    while len(found) < _DEEPEST and service not in {hop.service for hop in found}:
        hop = _split(frame, service, by)
        if hop is None:
            break
        if hop.where == "between" and by == "errors" and _slower(frame, hop.peer):
            # It answers, only too late for those who wait: its time is what fails them.
            hop, by = replace(hop, where="called"), "latency"
        found.append(hop)
        if hop.where != "called":
            break
        service = hop.peer
    return found


def changed(frame: pd.DataFrame) -> pd.DataFrame:
    """One row an operation or call with enough on both sides: rate, share that failed, mean and own time, before and
    since, and ``times``, how many times as many calls a request makes. Most added time in all first.
    """
    import pandas as pd

    keys = ["service", "within", "operation", "peer"]
    early, late = (frame[frame["late"] == side] for side in (False, True))
    both = early.merge(late, on=keys, suffixes=("_before", "_after"))
    both = both[(both["count_before"] >= _LEAST) & (both["count_after"] >= _LEAST)]
    visits: Any = both[both["peer"] == ""].itertuples()
    asked = {(r.service, r.operation): float(r.count_after / r.count_before) for r in visits}
    grown = both["count_after"] / both["count_before"]
    pairs = zip(both["service"], both["within"], strict=True)
    usual = pd.Series([asked.get(pair, float("nan")) for pair in pairs], index=both.index, dtype="float64")
    both = both.assign(
        times=(grown / usual).where(both["peer"] != ""),
        error_rate_before=both["failed_before"] / both["count_before"],
        error_rate_after=both["failed_after"] / both["count_after"],
        added_ms=(both["mean_ms_after"] - both["mean_ms_before"]) * both["count_after"],
    )
    return both.sort_values("added_ms", ascending=False, kind="stable", ignore_index=True)


def _slower(frame: pd.DataFrame, service: str) -> bool:
    """Its requests take far longer than before."""
    mine = changed(frame[(frame["service"] == service) & (frame["peer"] == "")])
    before = (mine["mean_ms_before"] * mine["count_after"]).sum()
    after = (mine["mean_ms_after"] * mine["count_after"]).sum()
    return bool(before > 0 and after >= _FAR_SLOWER * before)


def _split(frame: pd.DataFrame, service: str, by: By) -> Hop | None:
    mine = changed(frame[frame["service"] == service])
    visits, calls = mine[mine["peer"] == ""], mine[mine["peer"] != ""]
    if visits.empty:
        return None
    parts: dict[str, float] = {"": 0.0}
    rows: dict[str, list[tuple[float, Any]]] = {}
    row: Any
    for row in visits.itertuples(index=False):
        parts[""] += _add(rows, "", row, _worse(row, by, "own"))
    for row in calls.itertuples(index=False):
        parts[row.peer] = parts.get(row.peer, 0.0) + _add(rows, row.peer, row, _worse(row, by, "all"))
    grown = sum(max(_worse(row, by, "all"), 0.0) for row in visits.itertuples(index=False))
    total = sum(part for part in parts.values() if part > 0)
    if grown <= 0 or total <= 0:
        return None
    peer = max(parts, key=lambda name: (parts[name], name == ""))
    row = max(rows[peer], key=lambda pair: pair[0])[1]
    where: Where = "itself"
    if peer:
        inside = sum(max(_worse(r, by, "all") - _worse(r, by, "own"), 0.0) for _, r in rows[peer])
        has_spans = any(r.answered_after for _, r in rows[peer])
        where = "peer" if not has_spans else "called" if inside >= _LEAST_SHARE * parts[peer] else "between"
    return _hop(row, service, where, peer, parts[peer] / total, by)


def _add(rows: dict[str, list[tuple[float, Any]]], peer: str, row: Any, worse: float) -> float:
    rows.setdefault(peer, []).append((worse, row))
    return worse


def _worse(row: Any, by: By, which: Literal["all", "own"]) -> float:
    """By how much all requests of the row since the onset are worse than before: milliseconds, or failures."""
    if by == "errors":
        before, after = (
            ("failed_before", "failed_after") if which == "all" else ("own_failed_before", "own_failed_after")
        )
        return float(getattr(row, after) - getattr(row, before) / row.count_before * row.count_after)
    before, after = ("mean_ms_before", "mean_ms_after") if which == "all" else ("own_ms_before", "own_ms_after")
    usual = row.times if row.peer and row.times == row.times and row.times > _OFTEN else 1.0
    # Calls beyond the usual number cost their whole time.
    return float((getattr(row, after) - getattr(row, before) / usual) * row.count_after)


def _hop(row: Any, service: str, where: Where, peer: str, share: float, by: By) -> Hop:
    if by == "errors":
        before, after = row.error_rate_before, row.error_rate_after
    else:
        own = where in ("itself", "between")
        before, after = (row.own_ms_before, row.own_ms_after) if own else (row.mean_ms_before, row.mean_ms_after)
    times = float(row.times) if peer and row.times == row.times else 1.0
    return Hop(
        service, where, peer, str(row.operation), min(share, 1.0), float(before), float(after), times,
        int(row.count_after),
    )  # fmt: skip
