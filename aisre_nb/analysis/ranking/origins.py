"""Where along the calls a cost enters that is seen at a symptom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from aisre_nb.analysis.ranking.excess import Excess

_BASELINE_WEIGHT = 0.25
"""What the time before counts beside the window's steps. It tells a window that was bad all along from a good one, and
levels drift between the two, so that it must not outweigh what moved within the window."""
_UNDRAWN, _UNREACHED = 0.5, 0.2
"""What counts of a service that no call is known of, and of one that the symptom is known not to call."""


@dataclass(frozen=True)
class Origin:
    """What one service has to do with a symptom."""

    explains: float
    """Of the symptom's cost, the part that is spent at or below the service; 0 and up."""
    own: float
    """The part of it that none of the services it calls explains."""


def call_graph(calls: pd.DataFrame) -> nx.DiGraph:
    """From ``caller``, ``callee`` and, where they are known, ``calls``; nobody calls themselves."""
    import networkx as nx

    graph = nx.DiGraph()
    for row in calls.to_dict("records"):
        caller, callee, count = str(row["caller"]), str(row["callee"]), row.get("calls")
        if caller != callee:
            graph.add_edge(caller, callee, calls=float(count) if count is not None and count == count else 0.0)
    return graph


def explained(excess: Excess, course: pd.Series[float]) -> dict[str, float]:
    """For each service, how much of its cost comes with one unit of ``course``: least squares, shrunk by its noise.

    The positive-part estimator (James and Stein, 1961; Efron and Morris, JASA 68, 1973) takes from each slope what
    noise alone would give, so that a restless service explains nothing.
    """
    import numpy as np

    seen = course.reindex(excess.course.index).fillna(0.0).to_numpy(dtype=float)
    steps = len(seen)
    if not steps:
        return dict.fromkeys(map(str, excess.course.columns), 0.0)
    weights = np.append(np.ones(steps), _BASELINE_WEIGHT * steps)
    x = np.append(seen, 0.0)
    x = x - np.average(x, weights=weights)
    spread = float((weights * x**2).sum())
    if spread <= 0:
        return dict.fromkeys(map(str, excess.course.columns), 0.0)
    costs = excess.course.fillna(0.0)
    y = np.vstack([costs.to_numpy(dtype=float), np.zeros(len(costs.columns))])
    slopes = (weights * x) @ y / spread
    error = excess.noise.reindex(costs.columns).to_numpy(dtype=float) / np.sqrt(spread)
    with np.errstate(divide="ignore", invalid="ignore"):
        kept = np.where(slopes > 0, slopes * np.maximum(0.0, 1 - (error / slopes) ** 2), 0.0)
    return {str(name): float(value) for name, value in zip(costs.columns, kept, strict=True)}


def origins(
    explains: dict[str, float], graph: nx.DiGraph, traffic: pd.Series[float], symptom: str
) -> dict[str, Origin]:
    """What each service adds of its own to a symptom.

    A service explains what it spends; what those it calls explain is taken off, each by its share of their calls:
    counted where ``calls`` were, else by the callers' ``traffic`` (requests a step). Services that call each other in
    a circle do not take off each other's. After the conditional view of Li et al. (CIRCA, KDD 2022: a cause is what
    its own causes do not explain), with costs that add up in place of a learnt regression, for windows of few points.
    """
    import networkx as nx

    circle = {name: n for n, part in enumerate(nx.strongly_connected_components(graph)) for name in part}
    below = nx.descendants(graph, symptom) | {symptom} if symptom in graph else None
    found = {}
    for name, explained_here in explains.items():
        own = explained_here
        for callee in graph.successors(name) if name in graph else ():
            if circle[callee] != circle[name]:
                own -= _share(graph, traffic, name, callee) * explains.get(callee, 0.0)
        reach = 1.0
        if below is not None and name not in below:
            reach = _UNREACHED if name in graph else _UNDRAWN
        found[name] = Origin(reach * explained_here, reach * max(own, 0.0))
    return found


def _share(graph: nx.DiGraph, traffic: pd.Series[float], caller: str, callee: str) -> float:
    callers = list(graph.predecessors(callee))
    counted = {name: float(graph.edges[name, callee]["calls"]) for name in callers}
    if not any(counted.values()):
        counted = {name: float(traffic.get(name, 0.0)) for name in callers}
    total = sum(counted.values())
    return counted[caller] / total if total > 0 else 1.0 / len(callers)
