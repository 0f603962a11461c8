"""Which alerts fired when, from the series ``ALERTS`` that Prometheus keeps while a rule fires."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError
from aisre_nb.sources.alert_rows import SERVICE, first
from aisre_nb.sources.prometheus.api import Asking, Course
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["time", "ended", "alert", "service", "severity", "state", "summary", "labels"]
_MOST = 2000
"""Points of one alert's course."""
_RULES = 60
"""Seconds between two evaluations of a rule, where they are far apart: an alert that is not seen for longer is over."""
_LABEL = re.compile(r"\{\{\s*\$labels\.(\w+)\s*\}\}")
_OTHER = re.compile(r"\{\{.*?\}\}", re.DOTALL)


async def fired(asking: Asking, window: Window) -> pd.DataFrame:
    """time (when it began to fire), ended (null while it fires), alert, service, severity, state ("firing",
    "resolved"), summary, labels (dict); newest first.

    An alert that fired at the window's start may have begun before it; ``attrs["cut"]`` counts those.
    """
    import pandas as pd

    seconds = window.duration.total_seconds()
    step = max(15, math.ceil(seconds / _MOST))
    seen = max(step, _RULES)
    # Not the series itself: it goes on for five minutes after its last sample where nobody wrote down its end.
    query = f'count_over_time(ALERTS{{alertstate="firing"}}[{seen}s])'
    courses = await asking.range(query, window.start.timestamp(), window.end.timestamp(), step)
    notes = await _annotations(asking) if courses else {}
    rows = [row for course in courses for row in _rows(course, window, step, seen, notes)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    for name in ("time", "ended"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.as_unit("ns")
    frame = frame.sort_values(["time", "alert", "service"], ascending=[False, True, True], ignore_index=True)
    frame.attrs["runbooks"] = {
        name: told["runbook_url"]
        for name, told in notes.items()
        if told.get("runbook_url") and name in set(frame["alert"])
    }
    return frame


def _rows(
    course: Course, window: Window, step: int, seen: int, notes: Mapping[str, Mapping[str, str]]
) -> Iterator[dict[str, Any]]:
    labels = {k: v for k, v in course.labels.items() if k not in ("alertstate", "__name__")}
    name = labels.get("alertname", "")
    for begun, last in _spans(course.times, step):
        over = last + step <= window.end.timestamp()
        # It was seen for that long after its last sample.
        ended = max(begun, last - seen + step) if over else None
        yield {
            "time": _at(begun),
            "ended": None if ended is None else _at(ended),
            "alert": name,
            "service": first(labels, SERVICE),
            "severity": labels.get("severity", ""),
            "state": "resolved" if over else "firing",
            "summary": _filled(notes.get(name, {}), labels),
            "labels": labels,
        }


def _spans(times: Any, step: int) -> Iterator[tuple[float, float]]:
    """From the first to the last of those that follow each other."""
    begun = last = None
    for at in times:
        if begun is None or last is None:
            begun = at
        elif at - last > step * 1.5:
            yield begun, last
            begun = at
        last = at
    if begun is not None and last is not None:
        yield begun, last


def _at(seconds: float) -> datetime:
    from datetime import UTC

    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


async def _annotations(asking: Asking) -> dict[str, dict[str, str]]:
    """By the alert's name, as its rule has them."""
    try:
        told = await asking.data("/api/v1/rules", [("type", "alert")])
    except AisreError:
        return {}
    return {str(rule.get("name", "")): texts(rule.get("annotations")) for rule in rules_in(told)}


def rules_in(told: Any) -> Iterator[Mapping[str, Any]]:
    """The rules of an answer of ``/api/v1/rules``, each with its ``group``."""
    groups = told.get("groups") if isinstance(told, dict) else None
    for group in groups if isinstance(groups, list) else []:
        rules = group.get("rules") if isinstance(group, dict) else None
        for rule in rules if isinstance(rules, list) else []:
            if isinstance(rule, dict):
                yield {**rule, "group": str(group.get("name", ""))}


def texts(told: Any) -> dict[str, str]:
    """Labels or annotations."""
    return {str(k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}


def _filled(notes: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """The rule's summary with the alert's labels; what else it computes is not known any more."""
    text = notes.get("summary") or notes.get("description") or notes.get("message") or ""
    return _OTHER.sub("…", _LABEL.sub(lambda found: labels.get(found[1], ""), text))
