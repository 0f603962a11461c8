"""Alert rules, evaluated on what was counted; written as Alertmanager's ``/api/v2/alerts`` answers, with their history.

The rules are those of ``deploy/alerts.yaml``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.clock import STEP, Clock
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST = 30
"""Requests in five minutes below which a rate says nothing."""


@dataclass(frozen=True)
class Rule:
    """One rule. ``value`` in its texts is the value at the end."""

    name: str
    severity: str
    threshold: float
    minutes: float
    """``for``."""
    summary: str
    runbook: str


RULES = {
    rule.name: rule
    for rule in (
        Rule("HighErrorRate", "critical", 0.03, 2,
             "{service} answers {value:.1%} of its requests with 5XX", "high-error-rate"),
        Rule("PageErrors", "warning", 0.01, 2, "Customers see error pages: {value:.1%} of all", "page-errors"),
        Rule("PagesNotFound", "warning", 0.03, 3, "{value:.1%} of all pages are not found", "page-errors"),
        Rule("HighLatency", "warning", 1.0, 3,
             "{service} takes {value:.1f} s for one of twenty requests", "high-latency"),
        Rule("PagesSlow", "critical", 2.0, 3, "One of twenty pages takes {value:.1f} s", "high-latency"),
        Rule("QueueBacklog", "warning", 120, 3,
             "The oldest message of {service} waits for {value:.0f} s", "queue-backlog"),
        Rule("PodsRestarting", "warning", 1.5, 1,
             "Pods of {service} restarted {value:.0f} times in ten minutes", "pods-restarting"),
        Rule("DatabaseConnections", "warning", 0.9, 3,
             "{service} uses {value:.0%} of its connections", "database-connections"),
        Rule("DiskFull", "critical", 0.95, 2, "The volume of {service} is {value:.0%} full", "disk-fills-up"),
        Rule("CacheHitRate", "warning", 0.3, 5, "{value:.0%} of the look-ups in {service} miss", "cache-hit-rate"),
        Rule("RolloutStuck", "warning", 0.5, 2, "The rollout of {service} makes no progress", "rollout-stuck"),
        Rule("NodeNotReady", "critical", 0.5, 1, "{service} is not ready", "rollout-stuck"),
        Rule("MailsMissing", "warning", 0.25, 5, "{value:.0%} of the orders had no mail", "mails-missing"),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Alert:
    """One alert. Seconds from the world's start, negative for what has fired for longer."""

    name: str
    at: float
    labels: Mapping[str, str]
    summary: str
    runbook: str
    ended: float | None = None
    """None while it fires."""


Values = Mapping[str, "NDArray[np.float64]"]
"""For each service (or node) one value a step."""


def evaluate(rule: Rule, values: Values) -> Iterator[Alert]:
    """When the rule fired for whom, oldest first for each."""
    import numpy as np

    wait = max(round(rule.minutes * 60 / STEP), 1)
    for name, series in values.items():
        above = np.concatenate([[False], series > rule.threshold, [False]])
        edges = np.flatnonzero(above[1:] != above[:-1])
        for begun, ended in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if ended - begun <= wait:
                continue
            fires = ended == len(series)
            text = rule.summary.format(service=name, value=float(series[ended - 1]))
            yield Alert(
                rule.name,
                float((begun + 1 + wait) * STEP),
                {"service": name, "severity": rule.severity},
                text,
                f"runbooks/{rule.runbook}.md",
                # The first evaluation that finds it below.
                None if fires else float((ended + 1) * STEP),
            )


def noisy_alert(
    rng: np.random.Generator, now: float, candidates: Sequence[tuple[str, str]], number: int = 0
) -> tuple[Alert, str]:
    """An alert that has nothing to do with anything, and the service whose memory it is about ("" for a disk).

    ``candidates``: services with one of their pods, the last of them a datastore; the ``number``-th noise is about
    another service than the one before it.
    """
    ago = float(rng.uniform(1.2, 20)) * 3600
    if rng.random() < 0.4 and not number:
        labels = {"service": candidates[-1][0], "severity": "warning", "mountpoint": "/data"}
        text = f"The volume of {candidates[-1][0]} is full in less than 4 days"
        return Alert("DiskFillsUp", now - ago, labels, text, "runbooks/disk-fills-up.md"), ""
    service, pod = candidates[(int(rng.integers(len(candidates) - 1)) + number) % (len(candidates) - 1)]
    labels = {"service": service, "severity": "warning", "pod": pod}
    text = f"{pod} uses 88% of its memory limit"
    return Alert("MemoryNearLimit", now - ago, labels, text, "runbooks/memory-near-limit.md"), service


def earlier_noise(rng: np.random.Generator, services: Sequence[str]) -> list[Alert]:
    """Alerts of the two days before: some that flap, some that fire at the same hour each day."""
    found = []
    flapping = [str(name) for name in rng.choice(services, size=2, replace=False)]
    for name in flapping:
        begun = -float(rng.uniform(20, 46)) * 3600
        for _ in range(int(rng.integers(5, 12))):
            lasts = float(rng.uniform(2, 9)) * 60
            labels = {"service": name, "severity": "warning"}
            text = f"{name} takes {rng.uniform(1.0, 1.3):.1f} s for one of twenty requests"
            found.append(Alert("HighLatency", begun, labels, text, "runbooks/high-latency.md", begun + lasts))
            begun += lasts + float(rng.uniform(10, 70)) * 60
    hour = float(rng.uniform(2, 5)) * 3600
    for day in (1, 2):
        at = -day * 86400 + hour + float(rng.uniform(0, 200))
        labels = {"service": "postgres", "severity": "warning"}
        text = "postgres uses 93% of its connections"
        found.append(Alert("DatabaseConnections", at, labels, text, "runbooks/database-connections.md", at + 900))
    return [alert for alert in found if alert.ended is not None and alert.ended < 0]


def as_alertmanager(
    alerts: Sequence[Alert], clock: Clock, now: float, silenced: Callable[[Mapping[str, str]], list[str]]
) -> list[dict[str, Any]]:
    """The JSON of ``/api/v2/alerts``, the newest first."""
    return [_json(alert, clock, now, silenced) for alert in sorted(alerts, key=lambda alert: (-alert.at, alert.name))]


def as_history(alerts: Sequence[Alert], clock: Clock) -> str:
    """One line of JSON an alert, oldest first; ``endsAt`` null while it fires."""
    lines = []
    for alert in sorted(alerts, key=lambda alert: (alert.at, alert.name)):
        row = {
            "labels": _labels(alert),
            "annotations": {"summary": alert.summary, "runbook_url": alert.runbook},
            "startsAt": rfc3339(clock.instant(alert.at)),
            "endsAt": None if alert.ended is None else rfc3339(clock.instant(alert.ended)),
        }
        lines.append(json.dumps(row, ensure_ascii=False) + "\n")
    return "".join(lines)


def _labels(alert: Alert) -> dict[str, str]:
    return {"alertname": alert.name, "namespace": "shop", **alert.labels}


def _json(alert: Alert, clock: Clock, now: float, silenced: Callable[[Mapping[str, str]], list[str]]) -> dict[str, Any]:
    labels = _labels(alert)
    text = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
    silences = silenced(labels)
    return {
        "labels": labels,
        "annotations": {"summary": alert.summary, "runbook_url": alert.runbook},
        "startsAt": rfc3339(clock.instant(alert.at)),
        # Prometheus sends an alert's end anew with each evaluation, four of them ahead.
        "endsAt": rfc3339(clock.instant(now) + timedelta(minutes=4)),
        "updatedAt": rfc3339(clock.instant(now) - timedelta(seconds=11)),
        "fingerprint": hashlib.sha256(text.encode()).hexdigest()[:16],
        "generatorURL": f"http://prometheus.observability:9090/graph?g0.expr={alert.name}&g0.tab=1",
        "receivers": [{"name": f"on-call-{labels['severity']}"}],
        "status": {
            "state": "suppressed" if silences else "active",
            "silencedBy": silences,
            "inhibitedBy": [],
        },
    }
