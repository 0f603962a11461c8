"""Of all series, those that moved: when, how far, and whether that hurts by what their names say they measure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.onset import Change, changes

if TYPE_CHECKING:
    import pandas as pd

_LEAST_CONFIDENCE = 0.35
_FULL = 0.8
"""A share of a resource's limit from which on its users wait (utilisation law: waiting grows as 1 / (1 - u))."""
_LEAST_SHARE = 0.2
"""A part of its level by which a gauge that is a share must move to hurt."""


@dataclass(frozen=True)
class Meaning:
    """What a kind of series measures, by the words that OpenTelemetry, Prometheus and Kubernetes use for it."""

    hurt: str
    """Why its movement hurts; one or two words."""
    bad: str
    """``"up"`` or ``"down"``."""
    words: re.Pattern[str]


_STATUS = r"(?:status_code|status|code)=[\"']?"
_MEANINGS = (
    Meaning("failed requests", "up", re.compile(_STATUS + r"5\d\d|\b(?:errors?|failed|failures?|faults?)\b")),
    Meaning("refused requests", "up", re.compile(_STATUS + r"4\d\d|\b(?:refused|rejected|dropped|denied|throttled)\b")),
    Meaning("restarts", "up", re.compile(r"\b(?:restarts?|oom|oomkill(?:s|ed)?)\b")),
    Meaning("pods are missing", "up", re.compile(r"\b(?:unavailable|not ready|pending pods?)\b")),
    Meaning("pods are missing", "down", re.compile(r"\b(?:deployment|replicaset|statefulset)\b.*\bavailable\b")),
    Meaning("work waits", "up", re.compile(r"\b(?:queue|backlog|lag|pending|waiting|age|message current|depth)\b")),
    Meaning("cache misses", "down", re.compile(r"\bhit (?:ratio|rate)\b|\bhits?\b")),
    Meaning("full", "up", re.compile(r"\b(?:utilization|utilisation|usage percent|used percent|saturation)\b")),
    Meaning("unavailable", "down", re.compile(r"\b(?:availability|success(?: rate| ratio)?|up)\b")),
    Meaning("slow", "up", re.compile(r"\b(?:latency|response time|wait time)\b")),
)  # fmt: skip


def hurts(metric: str, labels: str, found: Change) -> str:
    """Why the movement of a series hurts; empty where it does not, or its name does not tell."""
    name = re.sub(r"[._\-/]+", " ", re.sub(r"([a-z])([A-Z])", r"\1 \2", metric)).lower()
    for meaning in _MEANINGS:
        if not meaning.words.search(name) and not meaning.words.search(labels.lower()):
            continue
        if found.direction != meaning.bad:
            return ""
        if meaning.hurt == "full" and not _is_full(found):
            return ""
        if found.before and abs(found.after - found.before) < _LEAST_SHARE * abs(found.before):
            return ""
        return meaning.hurt
    return ""


def movers(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a series that moved, the ones that hurt first, then the surest.

    ``frame``: time, service, metric, labels, value, unit. Columns: service, metric, labels, unit, before, after, peak,
    onset, confidence, direction, hurts. Each series by `onset.change`; gaps are left out, a series of less than eight
    points does not count as moved.
    """
    import pandas as pd

    levels = ["before", "after", "peak", "onset", "confidence", "direction"]
    columns = ["service", "metric", "labels", "unit", *levels, "hurts"]
    rows: list[dict[str, Any]] = []
    for first, found in _changed(frame):
        if found.onset is None or found.confidence < _LEAST_CONFIDENCE:
            continue
        service, metric, labels, unit = (
            str(frame[name].iloc[first]) for name in ("service", "metric", "labels", "unit")
        )
        rows.append(
            {
                "service": service, "metric": metric, "labels": labels, "unit": unit,
                "before": found.before, "after": found.after, "peak": found.peak, "onset": found.onset,
                "confidence": found.confidence, "direction": found.direction,
                "hurts": hurts(metric, labels, found),
            }
        )  # fmt: skip
    if not rows:
        return pd.DataFrame(columns=columns)
    moved = pd.DataFrame(rows, columns=columns)
    order = moved.assign(first=moved["hurts"] != "").sort_values(
        ["first", "confidence", "onset"], ascending=[False, False, True], kind="stable"
    )
    return order[columns].reset_index(drop=True)


def _is_full(found: Change) -> bool:
    share = found.after if found.after <= 1.5 else found.after / 100
    return share >= _FULL


def _changed(frame: pd.DataFrame) -> Iterator[tuple[int, Change]]:
    """Each series' first row, and what it did."""
    import numpy as np
    import pandas as pd

    if frame.empty:
        return
    numbers = frame.groupby(["service", "metric", "labels"], sort=False).ngroup().to_numpy()
    # By number, and within one by time as the frame has it; split where the next begins.
    order = np.argsort(numbers, kind="stable")
    begin = np.flatnonzero(np.diff(numbers[order], prepend=-1))
    values = np.split(frame["value"].to_numpy(dtype=float)[order], begin[1:])
    times = pd.DatetimeIndex(frame["time"])
    for found, rows in zip(changes(values), np.split(order, begin[1:]), strict=True):
        yield int(rows[0]), found.at(times[rows]) if found.place is not None else found.change
