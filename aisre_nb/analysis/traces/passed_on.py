"""Deviations that begin in a service, as opposed to those that it passes on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.traces.visits import Visits

_DEPTH = 64
_FROM = 1.0
"""The strength from which on a deviation makes its visits deviate."""
_REFERRED = 0.5
_PLACE = ["service", "operation", "after"]


def passed_on(
    found: Visits, units: pd.DataFrame, taken: pd.DataFrame, changed: pd.DataFrame, onset: datetime
) -> dict[str, float]:
    """By service, the part of its deviation that its callees explain, 0 (it begins here) to 1.

    ``units``, ``taken``: as `steps.steps` gives them; ``changed``: as `deviations.deviations` does. A visit since
    ``onset`` deviates where it misses a step that went missing, or takes one that came. Of a service's deviating visits
    those count as passed on under which another service's visit deviates too, in the measure in which that service's
    deviation is as strong: a weak one explains little. Where a line of trouble names another service, half of the
    visit's is that one's.
    """
    late = units[units["start"] >= onset].reset_index()
    strong = changed[changed["strength"] >= _FROM]
    held = strong.merge(late[["unit", "visit", *_PLACE]], on=_PLACE)
    took = held.merge(taken[["unit", "step", "kind"]].assign(took=True), on=["unit", "step", "kind"], how="left")
    off = took[took["took"].eq(True) != (took["change"] == "missing")]
    strongest = off.groupby("visit")["strength"].max()
    weights = {int(visit): float(value) for visit, value in zip(strongest.index, strongest, strict=True)}
    service, above = found.visits["service"].to_dict(), found.visits["above"].to_dict()
    below: dict[int, float] = {}
    for visit, weight in weights.items():
        up = above[visit]
        for _ in range(_DEPTH):
            if up < 0:
                break
            if service[up] != service[visit]:
                below[up] = max(below.get(up, 0.0), weight)
            up = above[up]
    refers = set(late.loc[late["unit"].isin(taken.loc[taken["about"] != "", "unit"]), "visit"])
    parts: dict[str, list[float]] = {}
    for visit, weight in weights.items():
        least = _REFERRED if visit in refers else 0.0
        parts.setdefault(service[visit], []).append(max(least, min(1.0, below.get(visit, 0.0) / weight)))
    return {name: sum(values) / len(values) for name, values in parts.items()}
