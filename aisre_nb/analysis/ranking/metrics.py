"""Signs of a cause in metrics and a call graph, with whatever window, baseline and symptom are known."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.analysis.golden import read
from aisre_nb.analysis.ranking.courses import courses, what_each_measures
from aisre_nb.analysis.ranking.excess import Cost, Excess, excess
from aisre_nb.analysis.ranking.origins import call_graph, origins
from aisre_nb.analysis.ranking.sign import Sign
from aisre_nb.analysis.ranking.silence import silence
from aisre_nb.analysis.ranking.together import aside, together
from aisre_nb.times import Window

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

_FULL = 12.0
"""Deviations of the symptom beyond which it is no more certain."""
_HIGHEST = 1e30
"""What is higher was not measured: a gap, as infinity is."""
_OFF = 3.0
"""Deviations from which a step counts as off."""
_MOST = 12
"""Services that are told for each cost, the likeliest first."""


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
    value = pd.to_numeric(frame["value"], errors="coerce")
    value = value.mask(value.abs() > _HIGHEST)
    frame = frame.assign(service=frame["service"].astype(str), value=value)
    time = frame["time"]
    inside = (time >= window.start) & (time < window.end)
    before = ((time >= baseline.start) & (time < baseline.end) if baseline else time < window.start) & ~inside
    frame = frame[inside | before]
    if not inside.any() or not before.any():
        return []
    found = courses(frame, what_each_measures(frame))
    marks = [pd.Series(True, index=pd.Index(time[which].unique())) for which in (inside, before)]
    costs: list[Cost] = ["latency", "error"]
    spent = {cost: excess(found, cost, marks[0], marks[1]) for cost in costs}
    graph = call_graph(calls)
    traffic = found.requests[found.requests.index.isin(marks[0].index)].mean().dropna()
    signs: list[Sign] = []
    for cost in _told(symptom_metric, costs):
        other = next(each for each in costs if each != cost)
        symptom = symptom_service if symptom_service in spent[cost].course else _seen_at(spent[cost], graph)
        if symptom:
            silent = silence(found.requests, marks[0], marks[1], graph, symptom, spent[cost].course[symptom])
            signs += _signs(spent[cost], spent[other], silent, graph, traffic, symptom)
    return sorted(signs, key=lambda sign: (-sign.strength, sign.service))


def _told(metric: str, costs: list[Cost]) -> list[Cost]:
    """The cost that a symptom's metric names; both where it names none."""
    golden = read(metric, "", "").golden
    if golden == "latency":
        return ["latency"]
    return ["error"] if golden in ("availability", "failures", "failure_share") else costs


def _signs(
    spent: Excess,
    other: Excess,
    silent: dict[str, float],
    graph: nx.DiGraph,
    traffic: pd.Series[float],
    symptom: str,
) -> list[Sign]:
    course = spent.course[symptom]
    if not course.max() > 0:
        return []
    slopes = {name: each.slope for name, each in together(spent, course).items()}
    # Noise in the symptom takes from its own slope what it takes from all others'.
    explains = {name: slope / (slopes[symptom] or 1.0) for name, slope in slopes.items()} | {symptom: 1.0}
    moved = aside(other, course, traffic, symptom)
    beside = {name: max(moved.get(name, 0.0), silent.get(name, 0.0)) for name in moved.keys() | silent.keys()}
    likely = origins(explains, beside, graph, {str(name): float(n) for name, n in traffic.items()}, symptom)
    certain = min(max(_certain(spent, symptom), 0.1), _FULL)
    best = max(likely.values())
    signs = []
    for name in sorted(likely, key=lambda name: (-likely[name], name))[:_MOST]:
        strength = certain**2 / (certain + best - likely[name])
        mine = other if moved.get(name, 0.0) > explains.get(name, 0.0) else spent
        if silent.get(name, 0.0) > max(moved.get(name, 0.0), explains.get(name, 0.0)):
            says = f"{name} is hardly called any more, though {symptom} is"
            signs.append(Sign(name, "metric", strength, says, resource="requests"))
        else:
            says = _says(name, mine, explains.get(name, 0.0), symptom if mine is spent else "")
            levels = (float(mine.usual[name]), float(mine.worst[name]), "s" if mine.cost == "latency" else "1")
            resource = "latency" if mine.cost == "latency" else "failures"
            signs.append(Sign(name, mine.cost, strength, says, _since(mine, name), resource, *levels))
    return signs


def _certain(spent: Excess, symptom: str) -> float:
    """Deviations of the symptom from the time before, or of the window's worse half from its better one."""
    course = spent.course[symptom].dropna().sort_values()
    half = len(course) // 2
    apart = (course.iloc[half:].mean() - course.iloc[:half].mean()) / float(spent.noise[symptom]) if half else 0.0
    return max(float(spent.deviations()[symptom]), float(apart) / math.sqrt(2.0))


def _seen_at(spent: Excess, graph: nx.DiGraph) -> str:
    """Where a trouble is seen, if nobody said: of what moved beyond doubt, the costliest that no other such calls."""
    off = spent.deviations()
    moved = set(off.index[off > 3.0].astype(str))
    tops = {name for name in moved if name not in graph or not moved & set(graph.predecessors(name))} or moved
    total = spent.course.sum()
    return max(sorted(tops), key=lambda name: float(total[name]), default="")


def _says(name: str, spent: Excess, explains: float, symptom: str) -> str:
    usual, worst = float(spent.usual[name]), float(spent.worst[name])
    if spent.cost == "latency":
        told = f"the latency of {name} went from {_seconds(usual)} to {_seconds(worst)}"
    else:
        told = f"of the requests of {name}, {worst:.1%} failed, {usual:.1%} before"
    if not symptom or name == symptom:
        return told
    what = "time" if spent.cost == "latency" else "failures"
    return f"{told}; {min(explains, 1.0):.0%} of the {what} added at {symptom} is there or below"


def _since(spent: Excess, name: str) -> datetime | None:
    course = spent.course[name]
    off = course.index[course > _OFF * float(spent.noise[name])]
    return off[0].to_pydatetime() if len(off) else None


def _seconds(value: float) -> str:
    return f"{value:.3g} s" if value >= 1 else f"{value * 1000:.3g} ms"
