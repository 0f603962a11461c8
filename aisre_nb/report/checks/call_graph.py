"""Whether a fault travels along the calls: from a service to the one that calls it, and not the other way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.checks.signals import signal_points
from aisre_nb.report.report import Check

if TYPE_CHECKING:
    import pandas as pd

_LEAST = 0.5
"""Rank correlation (Spearman, 1904) from which two series move together."""
_POINTS = 8
_SLACK = timedelta(seconds=60)
"""By how much a caller may seem to move first: the longest usual step of a series."""


def correlated(check: Check, evidence: Evidence, cited: Sequence[Evidence]) -> str:
    """A signal of ``where``'s service and its caller's move together, the caller calls it, and does not move first."""
    import pandas as pd

    service, caller = check.where.get("service", ""), check.caller
    if not service or not caller:
        raise UsageError("name the service in `where` and who calls it in `caller`")
    if not _calls(caller, service, cited):
        return f"no cited evidence shows that {caller} calls {service}"
    other = next((one for one in cited if one.id == check.than_evidence), evidence)
    ours = _series(check, evidence)
    theirs = _series(check.model_copy(update={"where": {**check.where, "service": caller}}), other)
    both = pd.concat([ours, theirs], axis=1, join="inner").dropna()
    if len(both) < _POINTS:
        return f"{check.signal} of {service} and of {caller} have only {len(both)} instants in common"
    found = float(both.iloc[:, 0].rank().corr(both.iloc[:, 1].rank()))
    if not found >= _LEAST:
        return f"{check.signal} of {service} and of {caller} do not move together (rank correlation {found:.2f})"
    first, second = (_moved(one, check) for one in (ours, theirs))
    if first and second and second < first - _SLACK:
        return f"{caller} moved first, at {second:%H:%M:%S}, and {service} at {first:%H:%M:%S}"
    return ""


def _calls(caller: str, service: str, cited: Sequence[Evidence]) -> bool:
    """A list of calls, or the spans of a trace, says so."""
    for one in cited:
        frame = one.frame
        listed = one.facts.get("calls")
        if any(
            _pair(c) == (caller, service) for c in (listed if isinstance(listed, list) else ()) if isinstance(c, dict)
        ):
            return True
        if frame is None:
            continue
        if "calls" in frame and "service" in frame:
            rows = frame[frame["service"].astype(str) == caller]
            if any(service in cell for cell in rows["calls"] if isinstance(cell, list | tuple)):
                return True
        if {"span_id", "parent_span_id", "service"} <= set(frame.columns):
            parents = dict(zip(frame["span_id"].astype(str), frame["service"].astype(str), strict=True))
            own = frame[frame["service"].astype(str) == service]
            if any(parents.get(str(parent)) == caller for parent in own["parent_span_id"]):
                return True
    return False


def _pair(call: dict[str, Any]) -> tuple[str, str]:
    return str(call.get("caller")), str(call.get("callee"))


def _series(check: Check, evidence: Evidence) -> pd.Series[float]:
    import pandas as pd

    points = signal_points(check, evidence)
    times = pd.DatetimeIndex(pd.to_datetime(points["time"], utc=True))
    return pd.Series(points["value"].astype(float).to_numpy(), index=times).groupby(level=0).last().sort_index()


def _moved(series: pd.Series[float], check: Check) -> datetime | None:
    from aisre_nb.analysis.onset import change

    found = change(series)
    return found.onset if found.direction == check.direction else None
