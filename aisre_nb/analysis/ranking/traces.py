"""Signs of a cause in traces: where time is added, which services behave differently when they are called."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aisre_nb.analysis.ranking.sign import Kind, Sign
from aisre_nb.analysis.traces.deviations import deviations
from aisre_nb.analysis.traces.slower import slower

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.traces.visits import Visits

_RAISED = 2.0
"""The strength (standard score times part) from which on one pair of services counts as slower."""
_LEAST = 4
"""Calls on each side below which a pair that is not slower says nothing against its ends."""
_CALLER = 0.8
"""A caller that is slow to everybody is as likely as a callee that is slow to everybody; but its own callers should
have seen it too, so that of two equals the callee is first."""
_HALF = 0.1
"""The part of a whole request that an addition must have for half the weight: a doubled millisecond is no outage."""


def earlier(onset: datetime, window: timedelta) -> datetime:
    """Where "long before" ends: a fault begins before somebody notices, so what is just before may have it already."""
    return onset - max(window, timedelta(minutes=2))


def latency_signs(found: Visits, onset: datetime, until: datetime) -> list[Sign]:
    """One sign a service whose own time, or the way to and from which, takes longer; the strongest first."""
    slow = _material(found, _both(slower(found, onset), slower(found, onset, until)))
    own = slow[slow["kind"] == "own"]
    signs = []
    for service, group in own.groupby("service"):
        strength = _together(group["strength"])
        first = group.loc[group["strength"].idxmax()]
        if strength > 0:
            says = f"{first['operation']} spends {_ms(first['now_ms'])} in {service} itself, {_ms(first['before_ms'])} before"
            signs.append(Sign(str(service), "latency", strength, says, resource=str(first["operation"])))
    signs += _ways(slow[slow["kind"] == "way"])
    return sorted(signs, key=lambda sign: -sign.strength)


def _ways(ways: pd.DataFrame) -> list[Sign]:
    """A service explains its slow ways the better, the more of all its ways are slow (one cause, several effects)."""
    signs = []
    for service in sorted({*ways["service"], *ways["caller"]}):
        into, out = ways[ways["service"] == service], ways[ways["caller"] == service]
        into_score, into_part = _side(into)
        out_score, out_part = _side(out)
        both = math.hypot(into_score, out_score) * math.sqrt(into_part * out_part)
        strength = max(into_score * into_part, _CALLER * out_score * out_part, both)
        if strength <= 0:
            continue
        mine = into if into_score * into_part >= _CALLER * out_score * out_part else out
        first = mine.loc[mine["strength"].idxmax()]
        slow = int((mine["strength"] >= _RAISED).sum())
        side = "to" if mine is into else "from"
        says = (
            f"calls {side} {service} lose {_ms(first['now_ms'])} on the way ({first['caller']} to {first['service']}), "
            f"{_ms(first['before_ms'])} before; {slow} of {len(mine)} pairs are slower"
        )
        signs.append(Sign(service, "latency", strength, says, resource=f"{first['caller']} → {first['service']}"))
    return signs


def _side(ways: pd.DataFrame) -> tuple[float, float]:
    """The strength of the ways together, and the part of them that is slow."""
    slow = ways[ways["strength"] >= _RAISED]
    telling = (ways["strength"] >= _RAISED) | (ways[["n_before", "n_now"]].min(axis=1) >= _LEAST)
    part = len(slow) / int(telling.sum()) if telling.any() else 0.0
    if not len(slow):
        # Few calls: what there is counts, but never as much as one that is sure.
        return (float(ways["strength"].max()), 1.0 / max(1, int(telling.sum()))) if len(ways) else (0.0, 0.0)
    return _together(slow["strength"]), part


def _material(found: Visits, slow: pd.DataFrame) -> pd.DataFrame:
    """The strengths, weighed by what the addition means to a whole request."""
    whole = float(found.visits.loc[found.visits["above"] < 0, "duration_ms"].median()) if len(found.visits) else 0.0
    added = (slow["added_ms"] / slow["n_now"]).clip(lower=0.0)
    return slow.assign(strength=slow["strength"] * added / (added + _HALF * max(whole, 1e-9)))


def step_signs(found: Visits, taken: pd.DataFrame, onset: datetime, until: datetime) -> list[Sign]:
    """One sign a service and kind of step that is missing or new in its visits; the strongest first."""
    changed = _both(deviations(found, taken, onset), deviations(found, taken, onset, until))
    signs = []
    for (service, kind), group in changed.groupby(["service", "kind"], sort=False):
        first = group.loc[group["strength"].idxmax()]
        was = f"{first['had']} of {first['before']} before"
        says = f"{first['change']} in {first['operation']}: {first['step']} in {first['has']} of {first['now']}, {was}"
        sign: Kind = {"log": "log", "error": "error"}.get(str(kind), "structure")  # type: ignore[assignment]
        signs.append(Sign(str(service), sign, float(first["strength"]), says, resource=str(first["step"])))
    return sorted(signs, key=lambda sign: -sign.strength)


def _both(near: pd.DataFrame, far: pd.DataFrame) -> pd.DataFrame:
    """Of two comparisons the stronger row of each."""
    import pandas as pd

    key = [name for name in ("kind", "caller", "service", "operation", "step") if name in near.columns]
    both = pd.concat([frame for frame in (near, far) if len(frame)] or [near], ignore_index=True)
    return both.sort_values("strength", ascending=False, kind="stable").drop_duplicates(key, ignore_index=True)


def _together(strengths: pd.Series[float]) -> float:
    return math.sqrt(float((strengths**2).sum()))


def _ms(value: object) -> str:
    return f"{float(str(value)):,.3g} ms"
