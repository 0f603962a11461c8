"""Log lines grouped by pattern, and which patterns are new since the onset."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.miner import mine

if TYPE_CHECKING:
    import pandas as pd


def patterns(records: pd.DataFrame, onset: datetime | None) -> pd.DataFrame:
    """One row a pattern: pattern, severity, service, count, before, after, first_seen, last_seen, new, example.

    ``records``: time, service, severity, body. ``new``: seen since the onset only. New ones first, then by count.
    """
    import pandas as pd

    columns = [
        "pattern",
        "severity",
        "service",
        "count",
        "before",
        "after",
        "first_seen",
        "last_seen",
        "new",
        "example",
    ]
    if records.empty:
        return pd.DataFrame(columns=columns)
    mined = mine(records["body"])
    names = pd.Series(mined.patterns, dtype="str")
    work = records.assign(pattern=names.iloc[mined.ids].to_numpy(), late=records["time"] >= onset if onset else True)
    grouped = work.groupby(["pattern", "service", "severity"], sort=False)
    found = grouped.agg(
        count=("time", "size"),
        after=("late", "sum"),
        first_seen=("time", "min"),
        last_seen=("time", "max"),
        example=("body", "first"),
    ).reset_index()
    found["before"] = found["count"] - found["after"]
    found["new"] = (found["before"] == 0) if onset else False
    order = found.assign(rank=found["severity"].map(_rank)).sort_values(
        ["new", "rank", "count"], ascending=[False, False, False], kind="stable"
    )
    return order[columns].reset_index(drop=True)


def _rank(severity: str) -> int:
    return {"fatal": 4, "error": 3, "warn": 2, "warning": 2, "info": 1}.get(str(severity).lower(), 0)
