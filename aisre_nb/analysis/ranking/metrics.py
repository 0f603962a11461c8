"""Signs of a cause in metrics and a call graph, with whatever window, baseline and symptom are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.golden import read
from aisre_nb.analysis.ranking.courses import courses, what_each_measures
from aisre_nb.analysis.ranking.excess import Cost, Excess, excess
from aisre_nb.analysis.ranking.origins import Origin, call_graph, explained, origins
from aisre_nb.analysis.ranking.sign import Sign
from aisre_nb.times import Window

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

_RELAYED = 0.25
"""What it counts to have passed on a cost, beside having added it."""
_OTHER_COST = 0.5
"""What it counts to have moved with the symptom in another way than it: slow where that failed, or the reverse."""
_LEAST = 0.02
_FULL = 12.0
"""Deviations of the symptom beyond which it is no more certain."""


def metric_signs(
    frame: pd.DataFrame,
    window: Window,
    baseline: Window | None = None,
    calls: pd.DataFrame | None = None,
    symptom_service: str = "",
    symptom_metric: str = "",
) -> list[Sign]:
    """The services that a trouble may have begun at, the strongest first; empty where nothing moved or none was known.

    ``frame``: time, service, metric, labels, value, unit as `MetricSource.all_series` gives it, of both windows;
    without ``baseline`` all of it before the window. ``calls``: caller, callee and, where they are known, calls.
    Without a symptom, the one that costs most.
    """
    import pandas as pd

    if frame.empty:
        return []
    frame = frame.assign(service=frame["service"].astype(str), value=pd.to_numeric(frame["value"], errors="coerce"))
    time = frame["time"]
    inside = (time >= window.start) & (time < window.end)
    before = ((time >= baseline.start) & (time < baseline.end) if baseline else time < window.start) & ~inside
    frame = frame[inside | before]
    if not inside.any() or not before.any():
        return []
    found = courses(frame, what_each_measures(frame))
    marks = [pd.Series(True, index=pd.Index(time[which].unique())) for which in (inside, before)]
    costs: list[Cost] = ["latency", "error"]
    spent = {cost: excess(found, cost, *marks) for cost in costs}
    graph = call_graph(calls) if calls is not None else call_graph(pd.DataFrame(columns=["caller", "callee"]))
    in_window = found.requests[found.requests.index.isin(marks[0].index)]
    traffic = in_window.mean()
    signs: list[Sign] = []
    for cost in _told(symptom_metric, costs):
        other = next(each for each in costs if each != cost)
        signs += _signs(spent[cost], spent[other], graph, traffic, symptom_service)
    return sorted(signs, key=lambda sign: (-sign.strength, sign.service))


def _told(metric: str, costs: list[Cost]) -> list[Cost]:
    """The cost that a symptom's metric names; both where it names none."""
    golden = read(metric, "", "").golden
    if golden == "latency":
        return ["latency"]
    return ["error"] if golden in ("availability", "failures", "failure_share") else costs


def _signs(spent: Excess, other: Excess, graph: nx.DiGraph, traffic: pd.Series[float], symptom: str) -> list[Sign]:
    symptom = symptom if symptom in spent.course else _seen_at(spent, graph)
    if not symptom:
        return []
    course = spent.course[symptom]
    explains = explained(spent, course)
    whole = max(explains[symptom], 1e-12)
    explains = {name: value / whole for name, value in explains.items()} if explains[symptom] > 0 else explains
    found = origins(explains, graph, traffic, symptom)
    aside = _aside(explained(other, course), other, graph, traffic, symptom)
    certain = min(max(float(spent.deviations()[symptom]), 0.0), _FULL)
    signs = []
    for name in sorted(set(found) | set(aside)):
        here = found.get(name, Origin(0.0, 0.0))
        relayed = 0.0 if name == symptom else _RELAYED * min(here.explains, 1.0)
        open_above = max((found[u].own for u in _callers(graph, name, symptom) if u in found), default=0.0)
        beside = _OTHER_COST * aside.get(name, 0.0) * min(open_above, 1.0)
        score = min(here.own, 1.0) + relayed + beside
        if score > _LEAST:
            mine = spent if min(here.own, 1.0) + relayed >= beside else other
            signs.append(Sign(name, mine.cost, score * certain, _says(name, here, mine, symptom), resource=mine.cost))
    return signs


def _seen_at(spent: Excess, graph: nx.DiGraph) -> str:
    """Where a trouble is seen, if nobody said: of what moved beyond doubt, the costliest that no other such calls."""
    off = spent.deviations()
    moved = set(off.index[off > 3.0].astype(str))
    tops = {name for name in moved if name not in graph or not moved & set(graph.predecessors(name))} or moved
    total = spent.course.sum()
    return max(sorted(tops), key=lambda name: float(total[name]), default="")


def _aside(
    explains: dict[str, float], other: Excess, graph: nx.DiGraph, traffic: pd.Series[float], symptom: str
) -> dict[str, float]:
    """What each service has of its own of the other cost, as a part of the greatest; costs have no common unit."""
    greatest = max(explains.values(), default=0.0)
    if greatest <= 0:
        return {}
    found = origins({name: value / greatest for name, value in explains.items()}, graph, traffic, symptom)
    return {name: min(origin.own, 1.0) for name, origin in found.items() if origin.own > 0 and name in other.course}


def _callers(graph: nx.DiGraph, name: str, symptom: str) -> set[str]:
    import networkx as nx

    return (nx.ancestors(graph, name) if name in graph else set()) | {symptom}


def _says(name: str, origin: Origin, spent: Excess, symptom: str) -> str:
    usual, worst = float(spent.usual[name]), float(spent.worst[name])
    if spent.cost == "latency":
        levels = f"the latency of {name} went from {_seconds(usual)} to {_seconds(worst)}"
        what = "time"
    else:
        levels = f"of the requests of {name}, {worst:.1%} failed, {usual:.1%} before"
        what = "failures"
    told = f"{levels}; {min(origin.explains, 1.0):.0%} of the {what} added at {symptom} is spent there or below"
    return f"{told}, {min(origin.own, 1.0):.0%} there"


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"
