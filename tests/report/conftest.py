"""Evidence to check claims against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence

ONSET = "2026-11-23T11:00:00Z"
START = pd.Timestamp("2026-11-23T10:00Z")


def _evidence(number: str, kind: Any, frame: pd.DataFrame | None = None, **facts: Any) -> Evidence:
    return Evidence(number, kind, "title", "summary", "tool", {}, frame=frame, facts=facts)


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    return _evidence


@pytest.fixture
def known() -> dict[str, Evidence]:
    """E1: two hours of signals that jump at 11:00; E2: a deployment; E3: a diff; E4: logs; E5: nothing but facts."""
    times = pd.date_range(START, periods=120, freq="1min")
    late = times >= START + pd.Timedelta("1h")
    parts = {
        "error_rate": [0.12 if x else 0.001 for x in late],
        "latency_p95": [0.2 + 0.001 * (n % 7) for n in range(120)],
        "request_rate": [10.0 if x else 20.0 for x in late],
    }
    metrics = pd.concat(
        pd.DataFrame({"time": times, "service": "orders", "signal": s, "value": v, "unit": "1"})
        for s, v in parts.items()
    )
    deployments = pd.DataFrame(
        {
            "time": [START + pd.Timedelta("58min20s"), START + pd.Timedelta("80min")],
            "service": ["orders", "mail"],
            "from": ["0.1.0", "1.0"],
            "to": ["0.2.0", "1.1"],
            "attributes": [{"env.name": "prod"}, None],
        }
    )
    diff = pd.DataFrame(
        {"file": ["a.py"], "text": ["@@ -1,2 +1,2 @@\n-    total = 0\n+    if vip:\n+        total = 0"]}
    )
    logs = pd.DataFrame(
        {"pattern": ["UnboundLocalError: total", "ok <*>"], "severity": ["ERROR", "INFO"], "count": [41, 9]}
    )
    signals = {"error_rate": {"after": 0.12, "before": 0.001}}
    return {
        "E1": _evidence("E1", "metrics", metrics, signals=signals, onset=ONSET, service="orders"),
        "E2": _evidence("E2", "deployments", deployments, changes=[{"to": "0.2.0", "time": "2026-11-23T10:58:20Z"}]),
        "E3": _evidence("E3", "diff", diff, files=["a.py"], **{"a.b": 7}),
        "E4": _evidence("E4", "logs", logs, records=50, exception=None, service="orders"),
        "E5": _evidence("E5", "alerts", None, firing=0, at="2026-11-23T10:58:00Z", ratio=float("nan"), ok=True),
    }  # fmt: skip
