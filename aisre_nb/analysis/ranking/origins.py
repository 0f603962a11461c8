"""Where along the calls a cost enters that is seen at a symptom: one hypothesis a service, each with its likelihood."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

_GAIN = 0.7
"""How far a caller's cost may be from the sum of what it calls, as a standard deviation of the logarithm: a factor of
two either way is nothing much. Requests are sampled, retried, made side by side."""
_FAINT = 0.1
"""Parts of the symptom below which a cost is as good as none."""
_COLLATERAL = 0.35
"""The part of the symptom that services off the path are expected to cost besides."""
_ASIDE = 2.0
"""What speaks against a hypothesis that leaves a service unexplained which moved in the other way, in nats."""
_SHOWS_ASIDE = 0.4
"""How often a cause shows the other cost alone: it is slow, and who calls it gives up and fails."""
_SEEN_WHERE_IT_BEGAN = 0.5
_UNDRAWN, _UNREACHED = 0.5, 0.2
"""What a service is worth that no call is known of, and one that the symptom is known not to call."""
_MOST = 60
"""Candidates that are weighed, the costliest first."""


def call_graph(calls: pd.DataFrame | None) -> nx.DiGraph:
    """From ``caller``, ``callee`` and, where they are known, ``calls``; nobody calls themselves."""
    import networkx as nx

    graph = nx.DiGraph()
    for row in calls.to_dict("records") if calls is not None else ():
        caller, callee, count = str(row["caller"]), str(row["callee"]), row.get("calls")
        if caller != callee:
            graph.add_edge(caller, callee, calls=float(count) if count is not None and count == count else 0.0)
    return graph


def origins(
    explains: Mapping[str, float],
    aside: Mapping[str, float],
    graph: nx.DiGraph,
    traffic: Mapping[str, float],
    symptom: str,
) -> dict[str, float]:
    """The log-likelihood, up to a constant, that the trouble began at each service.

    ``explains``: of each service the part of the symptom's cost that is spent at or below it (1 for the symptom).
    ``aside``: how surely, 0 to 1, each moved with the symptom in the other cost. ``traffic``: requests of a step.

    If it began at one service, then each service between it and the symptom spends about what those of its callees
    spend that lie on the way (their share of the calls counted, or told by traffic), and what is spent off the way is
    by chance. A second waited below is a second waited above: the accounting of a request's time along its calls
    (Sigelman et al., Dapper, 2010), here on sums over all requests, in the place of the regressions that CIRCA (Li et
    al., KDD 2022) learns of each service upon its causes, for which a window of a few points is too short.
    """
    import networkx as nx

    below = nx.descendants(graph, symptom) | {symptom} if symptom in graph else set()
    moved = {name: min(part, 1.5) for name, part in explains.items() if part > 0.2 * _FAINT}
    weight = {name: moved.get(name, 0.0) + aside.get(name, 0.0) for name in {*moved, *aside, symptom}}
    candidates = sorted(weight, key=lambda name: (-weight[name], name))[:_MOST]
    found = {}
    for name in candidates:
        reached = name in below
        way = (nx.ancestors(graph, name) & below) | {symptom} if reached else {symptom}
        way -= {name}
        on = way | {name}
        prior = 0.0
        if name == symptom:
            prior = math.log(_SEEN_WHERE_IT_BEGAN)
        elif below and not reached:
            prior = math.log(_UNREACHED if name in graph else _UNDRAWN)
        if not reached:
            # Nothing is known of the way between: as if the symptom called it.
            between = {symptom: {name: 1.0}} if way else {}
        else:
            between = {u: {c: _share(graph, traffic, u, c) for c in graph.successors(u) if c in on} for u in way}
        off = sum(part for other, part in moved.items() if other not in on) / _COLLATERAL
        left = _ASIDE * sum(part for other, part in aside.items() if other not in on)
        shown = math.log(1 - _SHOWS_ASIDE) - _mismatch(explains, between)
        if name != symptom and aside.get(name, 0.0) > 0:
            # Whoever calls it turns the one cost into the other, by no known rate.
            free = {u: callees for u, callees in between.items() if name not in callees}
            shown = max(shown, math.log(_SHOWS_ASIDE * aside[name]) - _mismatch(explains, free))
        found[name] = prior + shown - off - left
    return found


def _mismatch(explains: Mapping[str, float], between: Mapping[str, Mapping[str, float]]) -> float:
    """Half the squared deviations of what each caller costs from what its callees on the way make of it."""
    total = 0.0
    for caller, callees in between.items():
        foretold = sum(share * explains.get(callee, 0.0) for callee, share in callees.items())
        total += 0.5 * (math.log((explains.get(caller, 0.0) + _FAINT) / (foretold + _FAINT)) / _GAIN) ** 2
    return total


def _share(graph: nx.DiGraph, traffic: Mapping[str, float], caller: str, callee: str) -> float:
    """Of the calls to a service, the part that one of its callers makes."""
    callers = list(graph.predecessors(callee))
    counted = {name: float(graph.edges[name, callee]["calls"]) for name in callers}
    if not any(counted.values()):
        counted = {name: traffic.get(name, 0.0) for name in callers}
    total = sum(counted.values())
    return counted[caller] / total if total > 0 else 1.0 / len(callers)
