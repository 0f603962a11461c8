"""Alerts as Alertmanager's ``/api/v2/alerts`` tells them, in the columns of `AlertSource.alerts`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError
from aisre_nb.times import instant

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "alert", "service", "severity", "state", "summary", "fingerprint", "labels"]
SERVICE = ("service", "service_name", "app", "deployment", "container", "workload", "job")
"""Labels that name a service, the most telling first."""
_SUMMARY = ("summary", "description", "message")
_RUNBOOK = ("runbook_url", "runbook")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def table(data: list[Any], at: datetime, where: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame and notes; what begins after ``at`` is not known yet. ``where`` they come from, for the notes.

    ``attrs["runbooks"]`` of the frame: by an alert's name, where its annotations say what to do.
    """
    import pandas as pd

    rows, bad = [], 0
    runbooks: dict[str, str] = {}
    for alert in data:
        try:
            found = _row(alert, at)
        except (AisreError, AttributeError, KeyError, TypeError):
            bad += 1
            continue
        if found is not None:
            rows.append(found)
            if told := first(_annotations(alert), _RUNBOOK):
                runbooks[found["alert"]] = told
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.as_unit("ns")
    notes = (f"{bad} of {len(data)} alerts in {where} are malformed and left out",) if bad else ()
    frame = frame.sort_values("time", ascending=False, ignore_index=True)
    frame.attrs["runbooks"] = runbooks
    return frame, notes


def _row(alert: Mapping[str, Any], at: datetime) -> dict[str, Any] | None:
    labels = {str(k): str(v) for k, v in alert["labels"].items()}
    begun = instant(alert["startsAt"])
    if begun > at:
        return None
    return {
        "time": begun,
        "alert": labels.get("alertname", ""),
        "service": first(labels, SERVICE),
        "severity": labels.get("severity", ""),
        "state": _state(alert, at),
        "summary": first(_annotations(alert), _SUMMARY),
        "fingerprint": str(alert.get("fingerprint", "")),
        "labels": labels,
    }


def first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    """The first of these that is there and not empty."""
    return next((values[name] for name in names if values.get(name)), "")


def _annotations(alert: Mapping[str, Any]) -> dict[str, str]:
    return {str(k): str(v) for k, v in (alert.get("annotations") or {}).items()}


def _state(alert: Mapping[str, Any], at: datetime) -> str:
    ended = instant(alert["endsAt"]) if alert.get("endsAt") else _NEVER
    # Go's zero time, year 1, stands for "has not ended".
    if _NEVER < ended <= at:
        return "resolved"
    return "suppressed" if (alert.get("status") or {}).get("state") == "suppressed" else "firing"
