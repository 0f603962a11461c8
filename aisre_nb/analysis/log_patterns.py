"""Log records grouped by pattern, and what became of each pattern at the onset: new, gone, more or less frequent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.miner import mine
from aisre_nb.analysis.logs.rates import compared, dispersion

if TYPE_CHECKING:
    import pandas as pd

_KEYS = ["pattern", "service", "severity"]
_COLUMNS = [
    "pattern", "severity", "service", "count", "before", "after", "first_seen", "last_seen", "new", "example", "change",
    "ratio", "p_value",
]  # fmt: skip


def named(records: pd.DataFrame) -> pd.Series:
    """The pattern of each record (column body), a category, with the index of ``records``."""
    import pandas as pd

    mined = mine(records["body"])
    return pd.Series(pd.Categorical.from_codes(mined.ids, pd.Index(mined.patterns, dtype="str")), records.index)


def patterns(
    records: pd.DataFrame,
    onset: datetime | None,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    names: pd.Series | None = None,
) -> pd.DataFrame:
    """One row a pattern, severity and service: how often, when, an example, and what became of it at the onset.

    ``records``: time, service, severity, body; they are complete from ``start`` to ``end`` (without these: from the
    first to the last one). ``names``: what `named` gave for them, where that is known already. Columns: pattern,
    severity, service, count, before, after (records before the onset and since), first_seen, last_seen, new (seen since
    the onset only), example, change (``"new"``, ``"surging"``, ``"fading"``, ``"gone"`` or empty), ratio (rate after to
    rate before) and p_value (as `rates.compared` has them). New ones first, then by severity and count. Where records
    begin at the onset or later nothing is new, for nobody knows what was before.
    """
    import pandas as pd

    if records.empty:
        return pd.DataFrame(columns=_COLUMNS)
    late = records["time"] >= onset if onset else True
    work = records.assign(pattern=named(records) if names is None else names, late=late)
    grouped = work.groupby(_KEYS, sort=False, dropna=False, observed=True)
    found = grouped.agg(
        count=("time", "size"),
        after=("late", "sum"),
        first_seen=("time", "min"),
        last_seen=("time", "max"),
        example=("body", "first"),
    ).reset_index()
    found["before"] = found["count"] - found["after"]
    found["new"] = (found["before"] == 0) if onset and not (start and start >= onset) else False
    rates = _rates(work, found, onset, start, end) if onset else None
    found["ratio"] = rates["ratio"] if rates is not None else float("nan")
    found["p_value"] = rates["p_value"] if rates is not None else 1.0
    found["change"] = rates["change"].mask(found["new"], "new") if rates is not None else ""
    found["pattern"] = found["pattern"].astype("str")
    order = found.assign(rank=found["severity"].map(_rank)).sort_values(
        ["new", "rank", "count"], ascending=[False, False, False], kind="stable"
    )
    return order[_COLUMNS].reset_index(drop=True)


def _rates(
    work: pd.DataFrame, found: pd.DataFrame, onset: datetime, start: datetime | None, end: datetime | None
) -> pd.DataFrame:
    """`rates.compared` for the rows of ``found``."""
    begin = start or work["time"].min()
    seconds = ((onset - begin).total_seconds(), ((end or work["time"].max()) - onset).total_seconds())
    early = work[~work["late"].astype(bool)]
    since = (early["time"] - begin).dt.total_seconds()
    spread = {
        key: dispersion(since.loc[rows].to_numpy(), seconds[0])
        for key, rows in early.groupby(_KEYS, sort=False, dropna=False, observed=True).groups.items()
    }
    keys = found[_KEYS].itertuples(index=False, name=None)
    return compared(
        found["before"].to_numpy(), found["after"].to_numpy(), seconds, [spread.get(key, 1.0) for key in keys]
    )


def _rank(severity: str) -> int:
    return {"fatal": 4, "error": 3, "warn": 2, "warning": 2, "info": 1}.get(str(severity).lower(), 0)
