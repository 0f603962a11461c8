"""Signs of a cause in resources: what is nearly used up, and was not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.golden import read, words
from aisre_nb.analysis.ranking.sign import Sign

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.times import Window

_SURE = 12.0
"""Deviations beyond which a value is no more certain."""
_LEAST_POINTS = 5
_HIGHEST_SHARE = 1.5
"""More than this is no share of one: several processors may be used a little over their limit."""
_NOISE = 0.01
"""Of its capacity, what a resource's use varies by at least."""


def resource_signs(frame: pd.DataFrame, window: Window, baseline: Window) -> list[Sign]:
    """One sign a service and resource of which a larger share is in use; the strongest first.

    ``frame``: time, service, metric, labels, value, unit. Only shares of a capacity tell (percent, or 0 to 1): what
    waits for a resource waits 1 / (1 - u) times as long (utilisation law; Denning and Buzen, 1978), so that an hour
    at 90 % matters and a doubling from 1 % does not. The strength is the deviation from the baseline's usual course,
    in robust deviations, times the share of the capacity that is newly in use.
    """
    import pandas as pd

    if frame.empty:
        return []
    frame = frame.assign(value=pd.to_numeric(frame["value"], errors="coerce"))
    keys = ["metric", "labels", "unit"]
    named = frame.groupby(keys, sort=False, as_index=False)["value"].max()
    capacity = [_capacity(str(m), str(la), str(u), v) for m, la, u, v in named[[*keys, "value"]].to_numpy(dtype=object)]
    kept = frame.merge(named[keys].assign(capacity=capacity), on=keys)
    kept = kept[kept["capacity"] > 0]
    inside = (kept["time"] >= window.start) & (kept["time"] < window.end)
    before = (kept["time"] >= baseline.start) & (kept["time"] < baseline.end) & ~inside
    kept = kept.assign(share=kept["value"] / kept["capacity"], inside=inside)
    signs = []
    for (service, metric, labels), group in kept[inside | before].groupby(["service", "metric", "labels"], sort=False):
        past = group.loc[~group["inside"], "share"].dropna()
        now = group.loc[group["inside"], "share"].dropna()
        if len(past) < _LEAST_POINTS or now.empty:
            continue
        usual, high = float(past.median()), float(past.quantile(0.95))
        spread = max((high - usual) / 1.645, 1.4826 * float((past - usual).abs().median()), _NOISE)
        level = min(float(now.max()), 1.0)
        strength = min((level - usual) / spread, _SURE) * (level - usual)
        if level > usual:
            says = f"{metric} of {service} reached {level:.0%} of its capacity, {usual:.0%} before"
            resource = f"{metric} {labels}".strip()
            signs.append(Sign(str(service), "resource", strength, says, None, resource, usual, level, "share"))
    return sorted(signs, key=lambda sign: -sign.strength)


def _capacity(metric: str, labels: str, unit: str, highest: float) -> float:
    """What the value of a resource that is used up is: 100, 1, or 0 where its name does not tell.

    Of a utilization the highest value tells, since people give it in percent too.
    """
    if read(metric, labels, unit).golden != "resource":
        return 0.0
    name = words(metric).split()
    if unit == "%" or "%" in metric or {"percent", "percentage", "pct"} & set(name):
        return 100.0
    if not {"utilization", "utilisation", "saturation", "ratio"} & set(name):
        return 0.0
    return 1.0 if highest <= _HIGHEST_SHARE else 100.0
