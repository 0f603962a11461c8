"""The golden signals of every service, side by side, one column a service and one row a step of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.analysis.golden import Golden, Statistic, read

if TYPE_CHECKING:
    import pandas as pd

_KEY = ["service", "metric", "labels"]
_STATISTICS: dict[Golden, Sequence[Statistic]] = {
    "latency": ("mean", "median", "tail"),
    "availability": ("mean", "median", "least"),
    "failures": ("sum", "mean"),
    "failure_share": ("mean", "median", "tail"),
    "requests": ("sum", "mean"),
}
"""The statistics of a signal that stand for its level, the best first: only a mean can be summed up over requests."""


@dataclass(frozen=True)
class Courses:
    """Time × service each; what was not measured is NaN."""

    requests: pd.DataFrame
    """Requests of the step, or their rate: the unit does not matter as long as the services share it."""
    latency: pd.DataFrame
    """Seconds a request."""
    failures: pd.DataFrame
    """Requests that failed, in the unit of ``requests``."""


def what_each_measures(frame: pd.DataFrame) -> pd.DataFrame:
    """Each series once: service, metric, labels, golden, statistic, seconds, outside (see `golden.Reading`)."""
    series = frame[[*_KEY, "unit"]].drop_duplicates(_KEY)
    readings = [read(*map(str, row)) for row in series[["metric", "labels", "unit"]].itertuples(index=False)]
    fields = ("golden", "statistic", "seconds", "outside")
    return series[_KEY].assign(**{name: [getattr(each, name) for each in readings] for name in fields})


def courses(frame: pd.DataFrame, series: pd.DataFrame) -> Courses:
    """From the long frame of `MetricSource.all_series` and `what_each_measures` of it.

    A service with several metrics of one signal is read by one of them: measured where it is called before where it
    calls, a mean before a median before a tail, then the one that most services have.
    """
    asked = _chosen(series, "requests")
    same = _failed_of_the_same_metric(series, asked)
    requests = _wide(frame, _joined(asked, same), "sum")
    counted = _wide(frame, same if len(same) else _chosen(series, "failures"), "sum")
    # A counter that appears with its first failure says none until then.
    known = requests.reindex(columns=counted.columns).notna()
    counted = counted.reindex(requests.index.union(counted.index))
    counted = counted.mask(counted.isna() & known.reindex(counted.index, fill_value=False), 0.0)
    failures = counted
    broken = _as_share(_wide(frame, _chosen(series, "failure_share"), "mean"))
    well = _as_share(_wide(frame, _chosen(series, "availability"), "mean"))
    for share in (broken, 1.0 - well):
        failed = share * requests.reindex(index=share.index, columns=share.columns).fillna(1.0)
        more = [name for name in failed if name not in failures]
        failures = failures.join(failed[more], how="outer") if more else failures
    return Courses(requests, _wide(frame, _chosen(series, "latency"), "mean"), failures)


def _chosen(series: pd.DataFrame, golden: Golden) -> pd.DataFrame:
    """Of each service the series of the metric that stands for a signal."""
    wanted = list(_STATISTICS[golden])
    mine = series[(series["golden"] == golden) & series["statistic"].isin(wanted)]
    if mine.empty:
        return mine
    place = mine["statistic"].map(wanted.index)
    shared = mine["metric"].map(mine.drop_duplicates(["service", "metric"])["metric"].value_counts())
    order = mine.assign(place=place, rare=-shared).sort_values(["outside", "place", "rare", "metric"], kind="stable")
    best = order.drop_duplicates("service")[["service", "metric", "statistic"]]
    return mine.merge(best, on=["service", "metric", "statistic"])


def _failed_of_the_same_metric(series: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Series of failed requests in the metric of the requests itself, told apart by their labels."""
    pairs = asked[["service", "metric"]].drop_duplicates()
    return series[series["golden"] == "failures"].merge(pairs, on=["service", "metric"])


def _joined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([first, second], ignore_index=True) if len(second) else first


def _wide(frame: pd.DataFrame, chosen: pd.DataFrame, over_labels: str) -> pd.DataFrame:
    """Time × service; ``over_labels`` says how the label sets of one metric become one value."""
    mine = frame[["time", *_KEY, "value"]].merge(chosen[[*_KEY, "seconds"]], on=_KEY)
    mine = mine.assign(value=mine["value"].astype(float) * mine["seconds"].astype(float))
    return mine.groupby(["time", "service"])["value"].agg(over_labels).unstack("service").astype(float)


def _as_share(wide: pd.DataFrame) -> pd.DataFrame:
    """0 to 1, also from percent; the whole course tells which it is."""
    highest = float(wide.max().max()) if wide.size else 0.0
    return (wide / (100.0 if highest > 1.5 else 1.0)).clip(0.0, 1.0)
