"""Where latency is added: own time of services, and the way between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.analysis.two_samples import shifted

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from aisre_nb.analysis.traces.visits import Visits

COLUMNS = [
    "kind", "caller", "service", "operation", "n_before", "n_now", "before_ms", "now_ms", "added_ms",
    "sure", "part", "strength",
]  # fmt: skip

_LEAST = 2
_BORROWED = 0.5
"""What a pair counts that was not seen before, and is compared with other pairs."""


def slower(found: Visits, onset: datetime, until: datetime | None = None) -> pd.DataFrame:
    """One row a service and operation ("own") or a pair of services ("way") that takes longer than before.

    A pair that nobody called before is compared with the ways of others, and counts half.

    ``before_ms``, ``now_ms``: medians; ``added_ms``: the sum over all since ``onset``; ``strength``: ``sure`` (a
    standard score) times ``part`` (of today's time, what is new).
    """
    import numpy as np
    import pandas as pd

    own = found.visits.assign(kind="own", caller="", value=found.visits["own_ms"])
    way = found.calls.assign(kind="way", service=found.calls["callee"], operation="", value=found.calls["gap_ms"])
    columns = ["kind", "caller", "service", "operation", "start", "value"]
    rows = []
    for frame, is_way in ((own, False), (way, True)):
        late, early = frame["start"] >= onset, frame["start"] < (until or onset)
        frame = frame.loc[late | early, columns].assign(late=late)
        counts = frame.groupby(columns[:4])["late"].agg(["size", "sum"])
        known = counts["size"] - counts["sum"] >= _LEAST
        told = counts[(counts["sum"] >= _LEAST) & (known | is_way)].index
        usual = frame[~frame["late"]]
        frame = frame[frame.set_index(columns[:4]).index.isin(told)]
        for key, group in frame.groupby(columns[:4], sort=False):
            before = group.loc[~group["late"], "value"].to_numpy(dtype=float)
            now = group.loc[group["late"], "value"].to_numpy(dtype=float)
            believed = 1.0
            if len(before) < _LEAST:
                before, believed = _borrowed(usual, str(key[2])), _BORROWED
            sure, part = shifted(before, now)
            was, is_ = float(np.median(before)) if len(before) else 0.0, float(np.median(now))
            added = float((now - was).sum())
            strength = believed * max(sure, 0.0) * part
            rows.append([*key, len(before), len(now), was, is_, added, sure, part, strength])
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def _borrowed(usual: pd.DataFrame, service: str) -> NDArray[np.float64]:
    """What the ways to this service took before from others; where it had none, what all ways took."""
    mine = usual.loc[usual["service"] == service, "value"]
    return (mine if len(mine) >= _LEAST else usual["value"]).to_numpy(dtype=float)
