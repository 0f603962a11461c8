"""Signs of a cause in logs that belong to no trace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aisre_nb.analysis.log_point import log_points
from aisre_nb.analysis.ranking.sign import Sign
from aisre_nb.analysis.ranking.traces import stronger, told
from aisre_nb.analysis.traces.deviations import deviations
from aisre_nb.analysis.traces.steps import BAD

if TYPE_CHECKING:
    import pandas as pd

_SLICES = 20
"""Into how many slices the window is cut; each is to a service what a visit is where there are traces."""
_SHORTEST = timedelta(seconds=5)


def log_signs(logs: pd.DataFrame, onset: datetime, until: datetime, end: datetime) -> list[Sign]:
    """One sign a service that writes other lines than before; the strongest first.

    ``logs``: time, service, severity (our names), body. A place in the code (or a pattern) is compared by the share
    of slices of time in which it wrote, of those in which its service wrote at all: a burst of equal lines is one
    event, and a service with more traffic is no trouble.
    """
    import pandas as pd

    if logs.empty:
        return []
    slice_ = max((end - onset) / _SLICES, _SHORTEST)
    times = pd.to_datetime(logs["time"], utc=True)
    number = ((times - pd.Timestamp(onset)) // pd.Timedelta(slice_)).astype("int64")
    keyed = pd.DataFrame({"service": logs["service"].astype(str).to_numpy(), "number": number.to_numpy()})
    slices = keyed.drop_duplicates(ignore_index=True)
    slices["unit"] = range(len(slices))
    unit = keyed.merge(slices, on=["service", "number"], how="left")["unit"].to_numpy()
    start = pd.Timestamp(onset) + slices["number"] * pd.Timedelta(slice_)
    units = slices.assign(operation="", after="", caller="", start=start).set_index("unit")
    severity = logs["severity"].astype(str)
    places = log_points(logs["service"].astype(str).tolist(), logs["body"].astype(str).tolist())
    step = [f"{level} {place}" for level, place in zip(severity, places, strict=True)]
    taken = pd.DataFrame({"unit": unit, "step": step, "kind": "log", "bad": severity.isin(BAD).to_numpy(), "about": ""})
    taken = taken.drop_duplicates(["unit", "step"], ignore_index=True)
    signs = []
    changed = stronger(deviations(units, taken, onset), deviations(units, taken, onset, until))
    for service, group in changed.groupby("service", sort=False):
        first = group.sort_values("strength").iloc[-1]
        says = told(first, f"slices of {slice_.total_seconds():.0f} s")
        was, now = first["had"] / first["before"], first["has"] / first["now"]
        strength = float(first["strength"])
        signs.append(Sign(str(service), "log", strength, says, None, str(first["step"]), was, now, "share"))
    return sorted(signs, key=lambda sign: -sign.strength)
