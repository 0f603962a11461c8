"""What a trouble costs each service beyond the usual: seconds waited, requests failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.analysis.ranking.courses import Courses

Cost = Literal["latency", "error"]
"""Seconds waited by all requests of a step together; requests of a step that failed."""

_LEAST_POINTS = 4
_NEW = 0.1
"""Of its requests in the window, the part that a service must have had before for its trouble to be its own."""
_LEAST_NOISE = 0.005
"""Of what a service does in a step; what never moved is not infinitely quiet."""
_SEASONAL = 0.8
"""The error that the hour of the day must leave of the plain median's, to be compared with instead."""


@dataclass(frozen=True)
class Excess:
    """Of the services of which the time before is known."""

    cost: Cost
    course: pd.DataFrame
    """Time × service over the window: the cost of each step less the usual one."""
    noise: pd.Series[float]
    """The robust standard deviation of the same in the time before."""
    usual: pd.Series[float]
    """Seconds a request, or the share of requests that failed, in the time before."""
    worst: pd.Series[float]
    """The same in the window: the median of its worse half."""

    def deviations(self) -> pd.Series[float]:
        """How far each service is off, in its own noise: the mean of the window's worse half of steps."""
        return _worse_half(self.course).mean() / self.noise


def excess(found: Courses, cost: Cost, inside: pd.Series[bool], before: pd.Series[bool]) -> Excess:
    """``inside`` and ``before`` mark the times (index) of the window and of the time that is compared with.

    Costs add up along calls, where deviations do not: a second waited at a callee is a second waited by its callers,
    so that what a service adds of its own is the difference. Services with less than four points of the time before,
    or with next to no requests then, are left out: that they are called at all is what their callers do.
    """
    import pandas as pd

    level = found.latency if cost == "latency" else _shares(found)
    level = level.sort_index()
    requests = _requests(found, level)
    was = before.reindex(level.index, fill_value=False)
    now = inside.reindex(level.index, fill_value=False)
    called = requests[was].mean() >= _NEW * requests[now].mean()
    known = level.columns[(level[was].count() >= _LEAST_POINTS) & (called | requests[now].isna().all())]
    level, requests = level[known], requests[known]
    usual = _usual(level, level[was])
    spent = ((level - usual) * requests).mask(requests == 0, 0.0)
    past, median = spent[was], level[was].median()
    spread = 1.4826 * (past - past.median()).abs().median()
    # What stands still most of the time has no spread: then its 95th percentile tells (1.645 standard deviations).
    tail = (past.quantile(0.95) - past.median()) / 1.645
    scale = requests.median() * (median if cost == "latency" else 1.0)
    noise = pd.concat([spread, tail, _LEAST_NOISE * scale], axis=1).max(axis=1)
    noise = noise.where(noise > 0, 1e-9)
    return Excess(cost, spent[now], noise, median, _worse_half(level[now]).median())


def _requests(found: Courses, like: pd.DataFrame) -> pd.DataFrame:
    """Requests beside another course; of services that nobody counted, as many as services have on average."""
    counted = found.requests.reindex(index=like.index, columns=like.columns)
    average = found.requests.reindex(index=like.index).mean(axis=1).fillna(1.0)
    uncounted = [str(name) for name in like if name not in found.requests]
    return counted.assign(**dict.fromkeys(uncounted, average))


def _shares(found: Courses) -> pd.DataFrame:
    asked = _requests(found, found.failures)
    return (found.failures / asked.where(asked > 0)).clip(0.0, 1.0)


def _usual(level: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """What each step would usually be: the median of the time before, or of its hour of the day where that tells more.

    It tells more if the hours of the first half of the days foretell the second half better than the median does.
    """
    import pandas as pd

    plain = pd.DataFrame([past.median()] * len(level), index=level.index)
    when = pd.DatetimeIndex(past.index)
    days = when.normalize().unique().sort_values()
    if len(days) < 2:
        return plain
    first = when < days[len(days) // 2]
    learnt, asked = past[first], past[~first]
    hourly = learnt.groupby(when[first].hour).median().reindex(when[~first].hour)
    missed = (asked - hourly.set_index(asked.index)).abs().median()
    seasonal = missed < _SEASONAL * (asked - learnt.median()).abs().median()
    names = list(seasonal.index[seasonal])
    if names:
        hours = pd.DatetimeIndex(level.index).hour
        by_hour = past[names].groupby(when.hour).median().reindex(hours).set_index(level.index)
        plain[names] = by_hour.fillna(plain[names])
    return plain


def _worse_half(frame: pd.DataFrame) -> pd.DataFrame:
    """Each column's greater half, in no order of time; NaN where the rest was."""
    return frame.where(frame.rank(ascending=False, method="first") <= frame.count() / 2 + 0.5)
