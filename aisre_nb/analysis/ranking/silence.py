"""Services that are called less than the symptom's requests would have them called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.ranking.excess import Excess
from aisre_nb.analysis.ranking.together import together

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

_AS_LIKELY = 0.6
"""What it counts that nothing arrives any more: whoever stopped calling is as likely the cause as who is gone."""
_LEAST = 0.5
"""The part of its calls that must be missing."""
_BUSY = 0.95
"""The part of the time before in which a service had requests, if that it has none is to tell anything."""


def silence(
    requests: pd.DataFrame,
    inside: pd.Series[bool],
    before: pd.Series[bool],
    graph: nx.DiGraph,
    symptom: str,
    course: pd.Series[float],
) -> dict[str, float]:
    """How surely each fell silent with the symptom's ``course``, 0 to 0.6; only those whose callers did not.

    ``requests``: time × service. A service that is down has no latency and no failures of its own. What is counted are
    its calls for each of the symptom's requests, so that less traffic at the door is no silence; a step without any
    counts as none where others have some. It is silent in a step if that has less than the time before ever had.
    """
    if symptom not in requests or requests.empty:
        return {}
    now = inside.reindex(requests.index, fill_value=False)
    was = before.reindex(requests.index, fill_value=False)
    door = requests[symptom].where(requests[symptom] > 0)
    each = requests.fillna(0.0).div(door, axis=0)
    usual, least = each[was].median(), each[was].quantile(0.01)
    heard = each[now]
    busy = (requests[was] > 0).mean() >= _BUSY
    worst = heard.mask(heard >= least).fillna(usual).median()
    missing = (1 - worst / usual.where(usual > 0)).fillna(0.0).clip(0.0, 1.0).where(busy, 0.0)
    silent = {str(name): float(part) for name, part in missing.items() if part >= _LEAST and name != symptom}
    # Traffic that was another one all along, as weeks differ, does not go with the symptom.
    less = (usual - heard).clip(lower=0.0)[list(silent)]
    agreed = together(Excess("error", less, less.min() * 0.0, usual, worst), course)
    return {
        name: _AS_LIKELY * part * agreed[name].agreement
        for name, part in silent.items()
        if name not in graph or not silent.keys() & set(graph.predecessors(name))
    }
