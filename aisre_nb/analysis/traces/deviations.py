"""Steps that visits leave out, or take now, beside the visits before."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.analysis.two_samples import stratified

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.traces.visits import Visits

COLUMNS = [
    "service", "operation", "step", "kind", "change", "had", "before", "has", "now", "sure", "part", "strength",
]  # fmt: skip
_STRATUM = ["service", "operation", "caller"]
_KEY = ["service", "operation", "step", "kind"]
_GOES_WITH = 0.5
"""A step is trouble where it is taken this much more often (of all visits) with trouble than without (Youden's J)."""


def deviations(found: Visits, taken: pd.DataFrame, onset: datetime, until: datetime | None = None) -> pd.DataFrame:
    """One row a service, operation and step that changed; the strongest first.

    ``taken``: as `steps` gives them. Visits before ``until`` (None: ``onset``) are compared with those since
    ``onset``, each with those of the same operation from the same caller, so that another mix of traffic is no change.
    ``change``: "missing" (taken less), "new" (never taken before), "more" (trouble, and more of it). ``had`` of
    ``before`` visits took it, ``has`` of ``now`` do. ``sure``: a standard score; ``part``: the geometric mean of
    the part of all visits that differ and of those that took it (or take it); ``strength`` is their product: how sure
    times how much. A branch that one request in ten takes, and whose share the data decide, so weighs less than one
    that all take. Trouble that is gone, and what comes back where trouble ends, is no deviation.
    """
    import pandas as pd

    seen = found.visits[[*_STRATUM, "start"]]
    late, early = seen["start"] >= onset, seen["start"] < (until or onset)
    seen = seen[late | early].assign(late=late)
    empty = pd.DataFrame(columns=COLUMNS)
    if not late.any() or not early.any() or taken.empty:
        return empty
    rows = taken.join(seen, on="visit", how="inner")
    rows = _with_trouble(rows, seen)
    made = []
    for (*key, bad), group in _counted(rows, seen).groupby([*_KEY, "bad"], sort=False):
        had, before, has, now = (group[name].to_numpy(dtype=float) for name in ("had", "before", "has", "now"))
        calm_had, calm = group["calm_had"].to_numpy(dtype=float), group["calm"].to_numpy(dtype=float)
        sure = stratified(had, before, has, now)
        total, old, new = had.sum(), (had.sum() + 0.5) / (before.sum() + 1), (has.sum() + 0.5) / (now.sum() + 1)
        if sure < 0 and not bad:
            change = "missing"
        elif sure > 0 and bad:
            change = "more" if total else "new"
        elif sure > 0 and not total and calm.sum():
            sure, old = stratified(calm_had, calm, has, now), 0.5 / (calm.sum() + 1)
            change = "new"
        else:
            continue
        part = abs(new - old) / math.sqrt(max(new, old))
        if (new < old) == (change == "missing"):
            numbers = [int(x.sum()) for x in (had, before, has, now)]
            made.append([*key, change, *numbers, abs(sure), part, abs(sure) * part])
    if not made:
        return empty
    frame = pd.DataFrame(made, columns=COLUMNS)
    return frame.sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def _with_trouble(rows: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """``bad`` also for steps that go with what is bad: an error's page, the call to whoever keeps failures."""
    bad = set(rows.loc[rows["bad"], "visit"])
    visits = seen.assign(trouble=seen.index.isin(bad)).groupby(["service", "operation"])["trouble"].agg(["sum", "size"])
    of = rows.assign(trouble=rows["visit"].isin(bad)).groupby(_KEY)["trouble"].agg(["sum", "size"]).reset_index()
    of = of.merge(visits.reset_index(), on=["service", "operation"], suffixes=("", "_all"))
    within = of["sum"] / of["sum_all"].where(of["sum_all"] > 0)
    rest = of["size_all"] - of["sum_all"]
    without = (of["size"] - of["sum"]) / rest.where(rest > 0)
    tainted = of.loc[within - without >= _GOES_WITH, _KEY]
    marked = rows.merge(tainted.assign(tainted=True), on=_KEY, how="left")
    return marked.assign(bad=marked["bad"] | marked["tainted"].eq(True)).drop(columns="tainted")


def _counted(rows: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """One row a step and stratum: had, before, has, now; calm_had and calm are those before without any trouble."""
    troubled = seen.index.isin(rows.loc[rows["bad"], "visit"].unique())
    sizes = seen.assign(before=~seen["late"], calm=~seen["late"] & ~troubled).rename(columns={"late": "now"})
    totals = sizes.groupby(_STRATUM)[["before", "now", "calm"]].sum().reset_index()
    of = rows[[*_KEY, "caller", "bad", "visit"]].join(sizes[["before", "now", "calm"]], on="visit")
    counts = of.groupby([*_KEY, "caller", "bad"])[["before", "now", "calm"]].sum()
    counts = counts.rename(columns={"before": "had", "now": "has", "calm": "calm_had"}).reset_index()
    merged = counts.merge(totals, on=_STRATUM)
    return merged[(merged["before"] > 0) & (merged["now"] > 0)]
