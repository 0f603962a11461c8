"""``alerts.json`` of a telemetry folder: the answer of Alertmanager's ``/api/v2/alerts``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError, SignalMissing, SourceUnreachable
from aisre_nb.times import instant

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "alert", "service", "severity", "state", "summary", "fingerprint", "labels"]
_SERVICE = ("service", "service_name", "app", "deployment", "container", "workload", "job")
_SUMMARY = ("summary", "description", "message")
_RUNBOOK = ("runbook_url", "runbook")
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def read_alerts(path: Path, at: datetime) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame of `AlertSource.alerts` and notes. What begins after ``at`` is not known yet.

    ``attrs["runbooks"]`` of the frame: by an alert's name, where its annotations say what to do.
    """
    import pandas as pd

    if not path.is_file():
        raise SignalMissing(f"{path.name} is not in the telemetry folder")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceUnreachable(f"{path} cannot be read: {error}", "write that file again") from None
    if not isinstance(data, list):
        raise SourceUnreachable(f"{path} is not a list of alerts", "write it as /api/v2/alerts returns it")
    rows, bad = [], 0
    runbooks: dict[str, str] = {}
    for alert in data:
        try:
            row = _row(alert, at)
        except (AisreError, AttributeError, KeyError, TypeError):
            bad += 1
            continue
        if row is not None:
            rows.append(row)
            if told := _first({str(k): str(v) for k, v in (alert.get("annotations") or {}).items()}, _RUNBOOK):
                runbooks[row["alert"]] = told
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame["time"] = pd.to_datetime(frame["time"], utc=True).dt.as_unit("ns")
    notes = (f"{bad} of {len(data)} alerts in {path.name} are malformed and left out",) if bad else ()
    frame = frame.sort_values("time", ascending=False, ignore_index=True)
    frame.attrs["runbooks"] = runbooks
    return frame, notes


def _row(alert: Mapping[str, Any], at: datetime) -> dict[str, Any] | None:
    labels = {str(k): str(v) for k, v in alert["labels"].items()}
    notes = {str(k): str(v) for k, v in (alert.get("annotations") or {}).items()}
    begun = instant(alert["startsAt"])
    if begun > at:
        return None
    return {
        "time": begun,
        "alert": labels.get("alertname", ""),
        "service": _first(labels, _SERVICE),
        "severity": labels.get("severity", ""),
        "state": _state(alert, at),
        "summary": _first(notes, _SUMMARY),
        "fingerprint": str(alert.get("fingerprint", "")),
        "labels": labels,
    }


def _state(alert: Mapping[str, Any], at: datetime) -> str:
    ended = instant(alert["endsAt"]) if alert.get("endsAt") else _NEVER
    # Go's zero time, year 1, stands for "has not ended".
    if _NEVER < ended <= at:
        return "resolved"
    return "suppressed" if (alert.get("status") or {}).get("state") == "suppressed" else "firing"


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((values[name] for name in names if values.get(name)), "")
