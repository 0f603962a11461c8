"""Silences and groups as Alertmanager tells them, in rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError
from aisre_nb.times import instant

if TYPE_CHECKING:
    import pandas as pd

ID = re.compile(r"[0-9A-Za-z-]{1,64}")
COLUMNS = ["id", "state", "matchers", "starts", "ends", "author", "comment"]
_GROUPS = ["group", "receiver", "alerts", "firing", "suppressed", "oldest"]
_ORDER = {"active": 0, "pending": 1, "expired": 2}


def frame(silences: Sequence[Any]) -> pd.DataFrame:
    """The frame of `SilenceSource.silences`: those in force first; what is none is left out."""
    import pandas as pd

    rows = [row for silence in silences if (row := _row(silence)) is not None]
    rows.sort(key=lambda row: (_ORDER.get(row["state"], 3), -row["ends"].timestamp()))
    found = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("starts", "ends"):
        found[name] = pd.to_datetime(found[name], utc=True).dt.as_unit("ns")
    return found


def _row(silence: Any) -> dict[str, Any] | None:
    try:
        return {
            "id": str(silence["id"]),
            "state": str((silence.get("status") or {}).get("state", "")),
            "matchers": matchers_of(silence),
            "starts": instant(str(silence["startsAt"])),
            "ends": instant(str(silence["endsAt"])),
            "author": str(silence.get("createdBy", "")),
            "comment": str(silence.get("comment", "")),
        }
    except (AisreError, AttributeError, KeyError, TypeError):
        return None


def groups(told: Sequence[Any]) -> pd.DataFrame:
    """The frame of `SilenceSource.groups`, the largest first."""
    import pandas as pd

    rows = [row for group in told if (row := _group(group)) is not None]
    found = pd.DataFrame(rows, columns=_GROUPS).sort_values("alerts", ascending=False, ignore_index=True)
    found["oldest"] = pd.to_datetime(found["oldest"], utc=True).dt.as_unit("ns")
    return found


def _group(group: Any) -> dict[str, Any] | None:
    try:
        alerts = group["alerts"]
        states = [str((alert.get("status") or {}).get("state", "")) for alert in alerts]
        return {
            "group": worded(group["labels"]) or "everything",
            "receiver": str((group.get("receiver") or {}).get("name", "")),
            "alerts": len(alerts),
            "firing": states.count("active"),
            "suppressed": states.count("suppressed"),
            "oldest": min((instant(str(alert["startsAt"])) for alert in alerts), default=None),
        }
    except (AisreError, AttributeError, KeyError, TypeError):
        return None


def fitting(alerts: Sequence[Any], matchers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The alerts that have all these labels; an absent label is an empty one, as Alertmanager has it."""
    found = [alert for alert in alerts if isinstance(alert, dict) and isinstance(alert.get("labels"), dict)]
    return [a for a in found if all(str(a["labels"].get(name, "")) == value for name, value in matchers.items())]


def rows(alerts: Sequence[Mapping[str, Any]], after: str) -> list[tuple[str, str, str]]:
    """What, before, after: one row an alert, in the order of their labels."""
    found = []
    for alert in alerts:
        labels = {str(k): str(v) for k, v in alert["labels"].items()}
        name = labels.pop("alertname", "an alert")
        silenced = (alert.get("status") or {}).get("state") == "suppressed"
        found.append((f"{name} {worded(labels)}".strip(), "is suppressed already" if silenced else "notifies", after))
    return sorted(found)


def matchers_of(silence: Mapping[str, Any]) -> str:
    """``alertname="X", service=~"a|b"``."""
    told = []
    for matcher in silence.get("matchers") or []:
        sign = ("=" if matcher.get("isEqual", True) else "!") + ("~" if matcher.get("isRegex") else "")
        sign = {"=": "=", "!": "!=", "=~": "=~", "!~": "!~"}[sign]
        told.append(f'{matcher.get("name")}{sign}"{matcher.get("value")}"')
    return ", ".join(told)


def worded(labels: Mapping[str, Any]) -> str:
    """``service="cart", severity="critical"``."""
    return ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
