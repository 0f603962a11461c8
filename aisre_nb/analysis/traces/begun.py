"""When trouble began, where nobody told."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.analysis.onset import change
from aisre_nb.analysis.traces.steps import BAD

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.traces.visits import Visits

_SLICES = 60
_LEAST = 0.35
"""The confidence from which on a change of level is one."""


def begun(found: Visits, logs: pd.DataFrame | None, start: datetime, end: datetime) -> datetime | None:
    """The surest rise of whole requests' time, of their failures, or of lines of trouble; None where nothing rose.

    Over sixtieths of the window, each of the three by `onset.change`; lines and failures as shares, so that more
    traffic is no trouble. ``logs``: time, severity.
    """
    import pandas as pd

    step = (end - start) / _SLICES
    roots = found.visits[found.visits["above"] < 0]
    series = []
    if len(roots):
        by = roots.groupby(roots["start"].dt.floor(step))
        series += [by["duration_ms"].quantile(0.9), by["failed"].mean()]
    if logs is not None and len(logs):
        at = pd.to_datetime(logs["time"], utc=True).dt.floor(step)
        series.append(logs["severity"].isin(BAD).groupby(at).mean())
    rises = [rise for one in series if (rise := change(one.astype(float))).direction == "up" and rise.onset is not None]
    best = max(rises, key=lambda rise: rise.confidence, default=None)
    return best.onset if best is not None and best.confidence >= _LEAST else None
