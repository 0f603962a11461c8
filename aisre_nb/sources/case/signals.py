"""Golden signals back into the points that they could have been computed from.

Rates become the counts of a histogram of request durations (delta, one point a step and outcome). Its buckets end at
the step's p50, p95 and p99 and hold 50, 45, 4 and 1 in a hundred, so that the same quantiles come out of it again;
between them nothing is known. They are weighed by a hundred times the requests, for a step may have had fewer than a
hundred. All other signals become gauges of their own names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

_METRIC = "http.server.request.duration"
_RATES = ("request_rate", "error_rate")
_QUANTILES = ("latency_p50", "latency_p95", "latency_p99")
_WEIGHTS = (50, 45, 4, 1)
_LABEL = re.compile(r'([\w.]+)="([^"]*)"')
_DELTA = 1

Rows = list[dict[str, Any]]


def points(kept: Iterable[Evidence], window: Window) -> tuple[Rows, Rows]:
    """Rows of the histogram table and of the gauge table; of a service the evidence with the most points counts."""
    best: dict[str, Evidence] = {}
    gauges: Rows = []
    for one in kept:
        if one.kind != "metrics" or one.frame is None or not {"time", "service", "signal", "value"} <= set(one.frame):
            continue
        for service, rows in one.frame.groupby("service"):
            if "request_rate" not in set(rows["signal"]):
                gauges += _gauges(rows, window)
            elif str(service) not in best or len(one.frame) > len(best[str(service)].df):
                best[str(service)] = one
    histograms: Rows = []
    for service, one in best.items():
        rows = one.df[one.df["service"] == service]
        histograms += _histogram(service, rows, _step(one, rows), window)
        gauges += _gauges(rows[~rows["signal"].isin([*_RATES, *_QUANTILES])], window)
    return histograms, gauges


def _step(one: Evidence, rows: pd.DataFrame) -> float:
    told = one.facts.get("step_seconds")
    if isinstance(told, int | float) and 0 < told <= 86_400:
        return float(told)
    apart = rows[rows["signal"] == "request_rate"]["time"].sort_values().diff().dt.total_seconds().median()
    return float(apart) if apart == apart and apart > 0 else 60.0


def _histogram(service: str, rows: pd.DataFrame, step: float, window: Window) -> Rows:
    wide = rows.pivot_table(index="time", columns="signal", values="value", aggfunc="mean").sort_index()
    wide = wide[(wide.index >= window.start) & (wide.index < window.end)]
    found: Rows = []
    at: Any
    for at, signals in wide.iterrows():
        rate, share = signals.get("request_rate"), signals.get("error_rate", 0.0)
        if rate is None or rate != rate:
            continue
        requests = max(0, round(float(rate) * step))
        failed = round(requests * float(share)) if share == share else 0
        bounds = _bounds([signals.get(name) for name in _QUANTILES])
        if not found:
            # What is counted before the first point of a table is not known: this one says that it begins here.
            found.append(_point(service, at, "200", 0, [], []))
        # Just before the step ends: what is stored ends there, too.
        end = min(at + timedelta(seconds=step), window.end) - timedelta(milliseconds=1)
        counts = [weight * requests for weight in _WEIGHTS] if bounds else []
        found.append(_point(service, end, "200", requests - failed, bounds, counts))
        if failed:
            found.append(_point(service, end, "500", failed, [], []))
    return found


def _bounds(quantiles: list[Any]) -> list[float]:
    """Rising, for equal ones would be one bucket; empty where one is not known."""
    if any(value is None or value != value or value < 0 for value in quantiles):
        return []
    bounds: list[float] = []
    for value in map(float, quantiles):
        bounds.append(max(value, bounds[-1] * (1 + 1e-9) + 1e-12) if bounds else max(value, 1e-12))
    return bounds


def _point(service: str, at: Any, status: str, count: int, bounds: list[float], counts: list[int]) -> dict[str, Any]:
    return {
        "TimeUnix": at.to_pydatetime(),
        "ServiceName": service,
        "MetricName": _METRIC,
        "MetricUnit": "s",
        "Attributes": {"http.response.status_code": status},
        "ResourceAttributes": {},
        "Count": count,
        "Sum": None,
        "BucketCounts": counts,
        "ExplicitBounds": bounds,
        "AggregationTemporality": _DELTA,
    }


def _gauges(rows: pd.DataFrame, window: Window) -> Rows:
    found: Rows = []
    for row in rows.to_dict("records"):
        if not window.start <= row["time"] < window.end or row["value"] != row["value"]:
            continue
        name, _, labels = str(row["signal"]).partition("{")
        found.append(
            {
                "TimeUnix": row["time"].to_pydatetime(),
                "ServiceName": str(row["service"]),
                "MetricName": name,
                "MetricUnit": str(row.get("unit") or ""),
                "Attributes": dict(_LABEL.findall(labels)),
                "ResourceAttributes": {},
                "Value": float(row["value"]),
            }
        )
    return found
