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


def passed_on(found: Visits, taken: pd.DataFrame, changed: pd.DataFrame, onset: datetime) -> dict[str, float]:
    """By service, the part of its deviation that its callees explain, 0 (it begins here) to 1.

    ``changed``: as `deviations` gives it. A visit since ``onset`` deviates where it misses a step that went missing,
    or takes one that came. Of a service's deviating visits those count as passed on under which another service's
    visit deviates too, in the measure in which that service's deviation is as strong: a weak one explains little.
    """
    strong = changed[changed["strength"] >= _FROM]
    late = found.visits[found.visits["start"] >= onset]
    weights: dict[int, float] = {}
    for row in strong.itertuples():
        took = set(taken.loc[(taken["step"] == row.step) & (taken["kind"] == row.kind), "visit"])
        mine = late.index[(late["service"] == row.service) & (late["operation"] == row.operation)]
        off = [v for v in mine if (v in took) != (row.change == "missing")]
        for visit in off:
            weights[visit] = max(weights.get(visit, 0.0), float(str(row.strength)))
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
    parts: dict[str, list[float]] = {}
    for visit, weight in weights.items():
        parts.setdefault(service[visit], []).append(min(1.0, below.get(visit, 0.0) / weight))
    return {name: sum(values) / len(values) for name, values in parts.items()}
