"""Log lines grouped by pattern, and which patterns are new since the onset.

Drain (He, Zhu, Zheng, Lyu, "Drain: an online log parsing approach with fixed depth tree", ICWS 2017), by drain3.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 2000
_MASKS = (
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I), "<uuid>"),
    (re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?::\d{1,5})?\b"), "<ip>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9]*[a-f])[0-9a-f]{6,64}\b", re.I), "<hex>"),
    (re.compile(r"(?<![A-Za-z_])[-+]?\d+(?:[.,:]\d+)*"), "<n>"),
)


def masked(line: str) -> str:
    """The line with what varies by nature (numbers, addresses, ids) replaced."""
    line = line[:_LONGEST].split("\n", 1)[0]
    for pattern, name in _MASKS:
        line = pattern.sub(name, line)
    return line


def patterns(records: pd.DataFrame, onset: datetime | None) -> pd.DataFrame:
    """One row a pattern: pattern, severity, service, count, before, after, first_seen, last_seen, new, example.

    ``records``: time, service, severity, body. ``new``: seen since the onset only. New ones first, then by count.
    """
    import pandas as pd
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

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
    config = TemplateMinerConfig()
    config.drain_sim_th = 0.5
    config.drain_max_clusters = 1000
    miner = TemplateMiner(config=config)
    by_text = {text: miner.add_log_message(text)["cluster_id"] for text in dict.fromkeys(map(masked, records["body"]))}
    names = {cluster.cluster_id: cluster.get_template() for cluster in miner.drain.clusters}
    work = records.assign(
        pattern=[names.get(by_text[masked(body)], masked(body)) for body in records["body"]],
        late=records["time"] >= onset if onset else True,
    )
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
