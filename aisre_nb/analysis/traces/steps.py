"""What each visit did: its own operations, its calls, the lines that it logged and their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aisre_nb.analysis.log_point import log_points

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.traces.visits import Visits

BAD = ("warn", "error", "fatal")
"""Severities of lines that speak of trouble."""
UNITS = ["service", "operation", "after", "caller", "start", "visit"]
STEPS = ["unit", "step", "kind", "bad", "about"]
_END = "nothing more"
_WORD = re.compile(r"[A-Za-z][\w-]*")
_LINE = 4000
_LEAST_NAME = 4
"""Shorter names of services are words that mean something else as well."""


def steps(found: Visits, logs: pd.DataFrame | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units that take steps, and the steps that they take.

    Units, indexed by ``unit``: service, operation, after, caller, start, visit. Each visit is one, with ``after``
    empty; each line in a visit is one too, whose step is the next line (or that there is none), as Nezha pairs events
    (Yu et al., "Nezha: Interpretable Fine-Grained Root Causes Analysis for Microservices on Multi-modal Observability
    Data", ESEC/FSE 2023). Steps: unit, step (text), kind ("operation", "call", "log", "error", "order"), bad (bool:
    its coming is trouble), about (the other service that a bad line names, else empty); each once a unit.

    ``logs``: time, trace_id, span_id, service, severity (our names), body. A line belongs to the visit of its span;
    one that knows its trace alone to the first visit of its service there; others are left out.
    """
    import pandas as pd

    units = found.visits[["service", "operation", "caller", "start"]].assign(after="", visit=found.visits.index)
    spans = found.spans
    inner = spans[~spans["entry"]]
    called = found.visits[found.visits["above"] >= 0]
    named = called["service"].astype(str) + ": " + called["operation"].astype(str)
    failing = spans[spans["failed"].astype(bool)]
    parts = [
        pd.DataFrame(
            {"unit": inner["visit"], "step": inner["operation"], "kind": "operation", "bad": False, "about": ""}
        ),
        pd.DataFrame({"unit": called["above"], "step": named, "kind": "call", "bad": False, "about": ""}),
        pd.DataFrame(
            {"unit": failing["visit"], "step": failing["operation"], "kind": "error", "bad": True, "about": ""}
        ),
    ]
    if logs is not None and len(logs):
        lines = _lines(found, logs)
        parts.append(lines)
        followed, following = _order(lines, units)
        units = pd.concat([units[UNITS], followed])
        parts.append(following)
    taken = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    taken = taken.drop_duplicates(["unit", "step", "kind"], ignore_index=True)
    return units[UNITS].rename_axis("unit"), taken[STEPS]


def _lines(found: Visits, logs: pd.DataFrame) -> pd.DataFrame:
    """The lines as steps of their visits, in the order of time."""
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
    joined = joined[owner == joined["service"].to_numpy()].sort_values("time", kind="stable")
    severity = joined["severity"].astype(str)
    places = log_points(joined["service"].astype(str).tolist(), joined["body"].astype(str).tolist())
    bad = severity.isin(BAD)
    services = frozenset(name for name in found.visits["service"].astype(str).unique() if len(name) >= _LEAST_NAME)
    about = [
        _named(body, own, services) if is_bad else ""
        for body, own, is_bad in zip(joined["body"].astype(str), joined["service"].astype(str), bad, strict=True)
    ]
    step = [
        f"{level} {place}{f' about {other}' if other else ''}"
        for level, place, other in zip(severity, places, about, strict=True)
    ]
    unit = joined["visit"].astype("int64")
    return pd.DataFrame({"unit": unit, "step": step, "kind": "log", "bad": bad, "about": about}, index=joined.index)


def _named(body: str, own: str, services: frozenset[str]) -> str:
    """The first of the other services that a text names."""
    return next((word for word in _WORD.findall(body[:_LINE]) if word in services and word != own), "")


def _order(lines: pd.DataFrame, visits: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One unit a visit and line in it; its step is the line after."""
    import pandas as pd

    pairs = lines.sort_values("unit", kind="stable").rename(columns={"unit": "visit", "step": "after"})
    ahead = pairs.groupby("visit")
    pairs["step"] = ahead["after"].shift(-1).fillna(_END)
    pairs["bad"] = ahead["bad"].shift(-1).eq(True)
    units = pairs[["visit", "after"]].drop_duplicates(ignore_index=True)
    first = int(visits.index.max()) + 1 if len(visits) else 0
    units["unit"] = range(first, first + len(units))
    taken = pairs.merge(units, on=["visit", "after"]).assign(kind="order", about="")[STEPS]
    whole = units.merge(visits.drop(columns=["after", "visit"]), left_on="visit", right_index=True)
    return whole.set_index("unit")[UNITS], pd.DataFrame(taken)
