"""What each visit did: its own operations, its calls, the lines that it logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.log_point import log_points

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.traces.visits import Visits

BAD = ("warn", "error", "fatal")
"""Severities of lines that speak of trouble."""
STEPS = ["visit", "step", "kind", "bad", "times"]


def steps(found: Visits, logs: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row a visit and step: visit, step (text), kind ("operation", "call", "log", "error"), bad (bool), times.

    ``logs``: trace_id, span_id, service, severity (our names), body. A line belongs to the visit of its span; one that
    knows its trace alone to the first visit of its service there; others are left out. ``bad``: its coming is trouble.
    """
    import pandas as pd

    spans = found.spans
    parts = []
    inner = spans[~spans["entry"]]
    parts.append(pd.DataFrame({"visit": inner["visit"], "step": inner["operation"], "kind": "operation", "bad": False}))
    called = found.visits[found.visits["above"] >= 0]
    named = called["service"].astype(str) + ": " + called["operation"].astype(str)
    parts.append(pd.DataFrame({"visit": called["above"], "step": named, "kind": "call", "bad": False}))
    failing = spans[spans["failed"].astype(bool)]
    parts.append(pd.DataFrame({"visit": failing["visit"], "step": failing["operation"], "kind": "error", "bad": True}))
    if logs is not None and len(logs):
        parts.append(_logged(found, logs))
    every = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    grouped = every.groupby(["visit", "step", "kind", "bad"], sort=False, observed=True).size()
    return grouped.rename("times").reset_index()[STEPS]


def _logged(found: Visits, logs: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    spans = found.spans[["trace_id", "span_id", "visit"]]
    joined = logs.merge(spans, on=["trace_id", "span_id"], how="left")
    firsts = found.visits.reset_index().sort_values("start").drop_duplicates(["trace_id", "service"])
    known = firsts.set_index(["trace_id", "service"])["visit"]
    lost = joined["visit"].isna()
    if lost.any():
        keys = pd.MultiIndex.from_frame(joined.loc[lost, ["trace_id", "service"]])
        joined.loc[lost, "visit"] = known.reindex(keys).to_numpy()
    joined = joined.dropna(subset=["visit"])
    # What a line means belongs to the service that wrote it.
    owner = found.visits["service"].reindex(joined["visit"].astype("int64")).to_numpy()
    joined = joined[owner == joined["service"].to_numpy()]
    severity = joined["severity"].astype(str)
    places = log_points(joined["service"].astype(str).tolist(), joined["body"].astype(str).tolist())
    step = severity + " " + pd.Series(places, index=joined.index, dtype=object)
    return pd.DataFrame(
        {"visit": joined["visit"].astype("int64"), "step": step, "kind": "log", "bad": severity.isin(BAD)}
    )
