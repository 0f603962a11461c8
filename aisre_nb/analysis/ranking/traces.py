"""Signs of a cause in traces: where time is added, which services behave differently when they are called."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.ranking.sign import Kind, Sign
from aisre_nb.analysis.traces.deviations import deviations
from aisre_nb.analysis.traces.passed_on import passed_on
from aisre_nb.analysis.traces.slower import slower
from aisre_nb.analysis.two_samples import surest

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.traces.visits import Visits

_SLOWER = 2.0
"""The strength from which on a pair of services is told to be slower."""
_CALLER = 0.8
"""A caller that is slow to everybody is as likely as a callee that is slow to everybody; but its own callers should
have seen it too, so that of two equals the callee is first."""
_HALF = 0.1
"""The part of a whole request that an addition must have for half the weight: a doubled millisecond is no outage."""

_MOSTLY = 0.5
_KINDS: dict[str, Kind] = {"log": "log", "order": "log", "error": "error"}


def earlier(onset: datetime, window: timedelta) -> datetime:
    """Where "long before" ends: a fault begins before somebody notices, so what is just before may have it already."""
    return onset - max(window, timedelta(minutes=2))


def latency_signs(found: Visits, onset: datetime, until: datetime) -> list[Sign]:
    """One sign a service whose own time, or the way to and from which, takes longer; the strongest first."""
    slow = _material(found, stronger(slower(found, onset), slower(found, onset, until)))
    own = slow[slow["kind"] == "own"]
    signs = []
    for service, group in own.groupby("service"):
        strength = _together(group["strength"])
        first = group.sort_values("strength").iloc[-1]
        if strength > 0:
            was, now = float(first["before_ms"]), float(first["now_ms"])
            says = f"{first['operation']} spends {_ms(now)} in {service} itself, {_ms(was)} before"
            operation = str(first["operation"])
            signs.append(Sign(str(service), "latency", strength, says, None, operation, was, now, "ms"))
    signs += _ways(slow[slow["kind"] == "way"])
    return sorted(signs, key=lambda sign: -sign.strength)


def _ways(ways: pd.DataFrame) -> list[Sign]:
    """A service explains its slow ways the better, the more of all its ways are slow (one cause, several effects)."""
    signs = []
    for service in sorted({*ways["service"], *ways["caller"]}):
        into, out = ways[ways["service"] == service], ways[ways["caller"] == service]
        sides = {"to": _explained(into), "from": _CALLER * _explained(out)}
        side = max(sides, key=lambda name: sides[name])
        strength = max(*sides.values(), _explained(ways.loc[into.index.union(out.index)]))
        if strength <= 0:
            continue
        mine = into if side == "to" else out
        first = mine.sort_values("strength").iloc[-1]
        was, now = float(first["before_ms"]), float(first["now_ms"])
        pair = f"{first['caller']} → {first['service']}"
        says = f"calls {side} {service} lose {_ms(now)} on the way ({pair}), {_ms(was)} before"
        if len(mine) > 1:
            says += f"; {int((mine['strength'] >= _SLOWER).sum())} of {len(mine)} such pairs are slower"
        signs.append(Sign(service, "latency", strength, says, None, pair, was, now, "ms"))
    return signs


def _explained(ways: pd.DataFrame) -> float:
    """The strength of the ways together, times the part of what it would be were all of them wholly slower."""
    most = [surest(int(b), int(n)) for b, n in zip(ways["n_before"], ways["n_now"], strict=True)]
    if not sum(most):
        return 0.0
    part = float((ways["sure"].clip(lower=0.0) * ways["part"]).sum()) / sum(most)
    return _together(ways["strength"]) * part


def _material(found: Visits, slow: pd.DataFrame) -> pd.DataFrame:
    """The strengths, weighed by what the addition means to a whole request."""
    roots = found.visits[found.visits["above"] < 0]
    whole = float((roots if len(roots) else found.visits)["duration_ms"].median()) if len(found.visits) else 0.0
    added = (slow["added_ms"] / slow["n_now"]).clip(lower=0.0)
    return slow.assign(strength=slow["strength"] * added / (added + _HALF * max(whole, 1e-9)))


def step_signs(found: Visits, units: pd.DataFrame, taken: pd.DataFrame, onset: datetime, until: datetime) -> list[Sign]:
    """One sign a service and kind of step that is missing or new in its visits; the strongest first.

    What a service's callees explain is taken off its strength.
    """
    changed = stronger(deviations(units, taken, onset), deviations(units, taken, onset, until))
    explained = passed_on(found, units, taken, changed, onset)
    signs = []
    for (service, kind), group in changed.groupby(["service", "kind"], sort=False):
        first = group.sort_values("strength").iloc[-1]
        part = explained.get(str(service), 0.0)
        says = told(first, "requests")
        if part >= _MOSTLY:
            says += f"; {part:.0%} of it comes from others"
        strength = float(first["strength"]) * (1 - part)
        was, now = first["had"] / first["before"], first["has"] / first["now"]
        sign = _KINDS.get(str(kind), "structure")
        signs.append(Sign(str(service), sign, strength, says, None, str(first["step"]), was, now, "share"))
    signs += _unanswered(found, taken, changed, onset)
    return sorted(signs, key=lambda sign: -sign.strength)


def _unanswered(found: Visits, taken: pd.DataFrame, changed: pd.DataFrame, onset: datetime) -> list[Sign]:
    """Services that others' lines of trouble name, as far as their own requests stay away: they do not answer."""
    about = taken.loc[taken["about"] != "", ["step", "kind", "about"]].drop_duplicates()
    named = changed.merge(about, on=["step", "kind"]).sort_values("strength", ascending=False)
    late = found.visits["start"] >= onset
    roots = found.visits["above"] < 0
    signs = []
    for _, row in named.drop_duplicates("about").iterrows():
        mine = found.visits["service"] == row["about"]
        usual = int((mine & ~late).sum()) / max(1, int((roots & ~late).sum()))
        now = int((mine & late).sum()) / max(1, int((roots & late).sum()))
        strength = float(row["strength"]) * (1 - min(1.0, now / usual)) if usual else 0.0
        if strength > 0:
            says = f"{row['service']} names it in trouble: {told(row, 'requests')}"
            signs.append(
                Sign(str(row["about"]), "error", strength, says, None, str(row["step"]), usual, now, "requests")
            )
    return signs


def told(row: pd.Series[Any], units: str) -> str:
    """A row of `deviations` as a sentence."""
    where = f" in {row['operation']}" if row["operation"] else ""
    after = f" after {row['after']}" if row["after"] else ""
    was = f"{row['had']} of {row['before']} before"
    return f"{row['change']}{where}: {row['step']}{after} in {row['has']} of {row['now']} {units}, {was}"


def stronger(near: pd.DataFrame, far: pd.DataFrame) -> pd.DataFrame:
    """Of two comparisons the stronger row of each."""
    import pandas as pd

    key = [name for name in ("kind", "caller", "service", "operation", "after", "step") if name in near.columns]
    both = pd.concat([frame for frame in (near, far) if len(frame)] or [near], ignore_index=True)
    return both.sort_values("strength", ascending=False, kind="stable").drop_duplicates(key, ignore_index=True)


def _together(strengths: pd.Series[float]) -> float:
    return math.sqrt(float((strengths**2).sum()))


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms"
