"""Steps that are left out, or are new, beside the time before."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "service", "operation", "after", "step", "kind", "change", "had", "before", "has", "now", "sure", "part",
    "strength",
]  # fmt: skip
_PLACE = ["service", "operation", "after"]
_STRATUM = [*_PLACE, "caller"]
_KEY = [*_PLACE, "step", "kind"]
_GOES_WITH = 0.5
"""A step is trouble where it is taken this much more often (of all units) with trouble than without (Youden's J)."""

_ALIKE = 0.05
"""How alike requests of one time are (intra-class correlation) in taking a branch that the data decide: an account
without orders is asked about a hundred times."""


def deviations(
    units: pd.DataFrame, taken: pd.DataFrame, onset: datetime, until: datetime | None = None
) -> pd.DataFrame:
    """One row a service, operation and step that changed; the strongest first.

    ``units``, ``taken``: as `steps.steps` gives them. Units before ``until`` (None: ``onset``) are compared with those
    since ``onset``, each with those of the same operation from the same caller, so that another mix of traffic is no
    change (Cochran, 1954; Mantel and Haenszel, 1959). ``change``: "missing" (taken less), "new" (never taken before),
    "more" (trouble, and more of it). ``had`` of ``before`` units took it, ``has`` of ``now`` do. ``sure``: a standard
    score; ``part``: the geometric mean of the part of all units that differ and of those that took it (or take it);
    ``strength`` is their product: how sure times how much. A branch that one request in ten takes, and whose share the
    data decide, so weighs less than one that all take. Trouble that is gone, and what comes back where trouble ends,
    is no deviation.
    """
    import numpy as np
    import pandas as pd

    late, early = units["start"] >= onset, units["start"] < (until or onset)
    seen = units.loc[late | early, _STRATUM].assign(late=late)
    if not seen["late"].any() or seen["late"].all() or taken.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = _with_trouble(taken.join(seen, on="unit", how="inner"), seen)
    counts = _counted(rows, seen)
    counts["off"], counts["spread"] = _off(counts, "had", "before")
    counts["calm_off"], counts["calm_spread"] = _off(counts, "calm_had", "calm")
    summed = counts.groupby([*_KEY, "bad"], sort=False, observed=True).sum(numeric_only=True).reset_index()
    sure = _score(summed["off"], summed["spread"])
    old, new = (summed["had"] + 0.5) / (summed["before"] + 1), (summed["has"] + 0.5) / (summed["now"] + 1)
    bad, never = summed["bad"].astype(bool), summed["had"] == 0
    # What is good and new is held against the visits that were well: the rest may have stopped short of it.
    fresh = ~bad & never & (sure > 0) & (summed["calm"] > 0)
    calm_sure = _score(summed["calm_off"], summed["calm_spread"])
    sure, old = sure.where(~fresh, calm_sure), old.where(~fresh, 0.5 / (summed["calm"] + 1))
    missing, more = (sure < 0) & ~bad & (new < old), (sure > 0) & bad & (new > old)
    change = np.select([missing, more & ~never, more | (fresh & (sure > 0))], ["missing", "more", "new"], default="")
    part = (new - old).abs() / new.where(new > old, old) ** 0.5
    # Kish's design effect (1965), largest where the data decide a branch.
    size = summed["before"] * summed["now"] / (summed["before"] + summed["now"])
    sure = sure.abs() / (1 + _ALIKE * 4 * old * (1 - old) * size) ** 0.5
    found = summed.assign(change=change, sure=sure, part=part, strength=sure * part)
    found = found[(found["change"] != "") & (found["strength"] > 0)]
    found = found.astype(dict.fromkeys(("had", "before", "has", "now"), "int64"))
    return found[COLUMNS].sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def _off(counts: pd.DataFrame, had: str, before: str) -> tuple[pd.Series[float], pd.Series[float]]:
    """Of each stratum: how many more take the step than expected, and the variance of that."""
    n, m = counts[before].astype(float), counts["now"].astype(float)
    total, with_it = n + m, counts[had].astype(float) + counts["has"]
    usable = (n > 0) & (m > 0) & (total > 1)
    off = (counts["has"] - with_it * m / total.where(usable)).fillna(0.0)
    variance = n * m * with_it * (total - with_it) / (total**2 * (total - 1)).where(usable)
    return off, variance.fillna(0.0)


def _score(off: pd.Series[float], spread: pd.Series[float]) -> pd.Series[float]:
    """The standard score, with the correction for continuity."""
    size = (off.abs() - 0.5).clip(lower=0.0) / spread.where(spread > 0) ** 0.5
    return size.where(off > 0, -size).fillna(0.0)


def _with_trouble(rows: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """``bad`` also for steps that go with what is bad: an error's page, the call to whoever keeps failures."""
    bad = set(rows.loc[rows["bad"], "unit"])
    visits = seen.assign(trouble=seen.index.isin(bad)).groupby(_PLACE)["trouble"].agg(["sum", "size"])
    of = rows.assign(trouble=rows["unit"].isin(bad)).groupby(_KEY)["trouble"].agg(["sum", "size"]).reset_index()
    of = of.merge(visits.reset_index(), on=_PLACE, suffixes=("", "_all"))
    within = of["sum"] / of["sum_all"].where(of["sum_all"] > 0)
    rest = of["size_all"] - of["sum_all"]
    without = (of["size"] - of["sum"]) / rest.where(rest > 0)
    tainted = of.loc[within - without >= _GOES_WITH, _KEY]
    marked = rows.merge(tainted.assign(tainted=True), on=_KEY, how="left")
    return marked.assign(bad=marked["bad"] | marked["tainted"].eq(True)).drop(columns="tainted")


def _counted(rows: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """One row a step and stratum: had, before, has, now; calm_had and calm are those before without any trouble."""
    troubled = seen.index.isin(rows.loc[rows["bad"], "unit"].unique())
    sizes = seen.assign(before=~seen["late"], calm=~seen["late"] & ~troubled).rename(columns={"late": "now"})
    totals = sizes.groupby(_STRATUM)[["before", "now", "calm"]].sum().reset_index()
    of = rows[[*_KEY, "caller", "bad", "unit"]].join(sizes[["before", "now", "calm"]], on="unit")
    counts = of.groupby([*_KEY, "caller", "bad"])[["before", "now", "calm"]].sum()
    counts = counts.rename(columns={"before": "had", "now": "has", "calm": "calm_had"}).reset_index()
    merged = counts.merge(totals, on=_STRATUM)
    return merged[(merged["before"] > 0) & (merged["now"] > 0)]
