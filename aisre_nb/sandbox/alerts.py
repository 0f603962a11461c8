"""Alert rules, evaluated on what was counted; written as Alertmanager's ``/api/v2/alerts`` answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aisre_nb.sandbox.clock import SECONDS, STEP, Clock
from aisre_nb.sandbox.counts import STEPS, Series
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WINDOW = 300 // STEP
"""Steps of ``rate(...[5m])``."""
_FOR = 120 // STEP
"""Steps that a condition must hold: ``for: 2m``."""
_LEAST = 30
"""Requests in five minutes below which a rate says nothing."""


@dataclass(frozen=True)
class Alert:
    """One alert that fires. ``at``: seconds from the world's start, negative for what has fired for longer."""

    name: str
    at: float
    labels: Mapping[str, str]
    summary: str
    runbook: str


def request_alerts(counted: Sequence[Series], services: Sequence[str], edge: str) -> Iterator[Alert]:
    """``HighErrorRate`` of each service above 3 %, ``PageErrors`` of the edge above 1 %, as `deploy/alerts.yaml` has
    them; those that fire at the end."""
    for service in services:
        ratio = _error_ratio(counted, service)
        since = _firing_since(ratio, 0.03)
        if since is not None and service != edge:
            labels = {"service": service, "severity": "critical"}
            summary = f"{service} answers {ratio[-1]:.1%} of its requests with 5XX"
            yield Alert("HighErrorRate", since, labels, summary, "runbooks/high-error-rate.md")
        since = _firing_since(ratio, 0.01)
        if since is not None and service == edge:
            labels = {"service": service, "severity": "warning"}
            summary = f"Customers see error pages: {ratio[-1]:.1%} of all"
            yield Alert("PageErrors", since, labels, summary, "runbooks/page-errors.md")


def _error_ratio(counted: Sequence[Series], service: str) -> NDArray[np.float64]:
    """Failed requests over all of the last five minutes, at the end of each step."""
    import numpy as np

    every, bad = np.zeros(STEPS), np.zeros(STEPS)
    for series in counted:
        if series.service == service:
            number = series.buckets.sum(axis=1)
            every += number
            bad += number if series.status >= 500 else 0
    window = np.ones(_WINDOW)
    asked = np.convolve(every, window)[:STEPS]
    failed = np.convolve(bad, window)[:STEPS]
    ratio: NDArray[np.float64] = np.where(asked >= _LEAST, failed / np.maximum(asked, 1), 0.0)
    return ratio


def _firing_since(ratio: NDArray[np.float64], threshold: float) -> float | None:
    """When the rule began to fire, if it does at the end; seconds."""
    import numpy as np

    below = np.flatnonzero(ratio <= threshold)
    first = int(below[-1]) + 1 if len(below) else 0
    if len(ratio) - first <= _FOR:
        return None
    return float((first + 1 + _FOR) * STEP)


def noisy_alert(rng: np.random.Generator, candidates: Sequence[tuple[str, str]]) -> tuple[Alert, str]:
    """An alert that has nothing to do with anything, and the service whose memory it is about ("" for a disk).

    ``candidates``: services with one of their pods.
    """
    ago = float(rng.uniform(1.2, 20)) * 3600
    if rng.random() < 0.4:
        labels = {"service": candidates[-1][0], "severity": "warning", "mountpoint": "/data"}
        text = f"The volume of {candidates[-1][0]} is full in less than 4 days"
        return Alert("DiskFillsUp", SECONDS - ago, labels, text, "runbooks/disk-fills-up.md"), ""
    service, pod = candidates[int(rng.integers(len(candidates) - 1))]
    labels = {"service": service, "severity": "warning", "pod": pod}
    text = f"{pod} uses 88% of its memory limit"
    return Alert("MemoryNearLimit", SECONDS - ago, labels, text, "runbooks/memory-near-limit.md"), service


def as_alertmanager(alerts: Sequence[Alert], clock: Clock) -> list[dict[str, Any]]:
    """The JSON of ``/api/v2/alerts``, the newest first."""
    return [_json(alert, clock) for alert in sorted(alerts, key=lambda alert: -alert.at)]


def _json(alert: Alert, clock: Clock) -> dict[str, Any]:
    labels = {"alertname": alert.name, "namespace": "shop", **alert.labels}
    text = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
    return {
        "labels": labels,
        "annotations": {"summary": alert.summary, "runbook_url": alert.runbook},
        "startsAt": rfc3339(clock.instant(alert.at)),
        # Prometheus sends an alert's end anew with each evaluation, four of them ahead.
        "endsAt": rfc3339(clock.now + timedelta(minutes=4)),
        "updatedAt": rfc3339(clock.now - timedelta(seconds=11)),
        "fingerprint": hashlib.sha256(text.encode()).hexdigest()[:16],
        "generatorURL": f"http://prometheus.observability:9090/graph?g0.expr={alert.name}&g0.tab=1",
        "receivers": [{"name": f"on-call-{labels['severity']}"}],
        "status": {
            "state": "active",
            "silencedBy": [],
            "inhibitedBy": [],
        },
    }
