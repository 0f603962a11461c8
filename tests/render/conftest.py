"""One evidence of each kind, with everything in it written by an attacker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from aisre_nb.evidence.evidence import Evidence, EvidenceKind

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>![a](http://evil.example/x.png)\"'&"
START = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


@pytest.fixture
def hostile() -> str:
    return HOSTILE


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def _metrics(text: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    rows = [
        {"time": _at(m), "service": text, "signal": s, "value": 0.1 * m if m > 30 else 0.01, "unit": "1"}
        for s in ("request_rate", "error_rate", "latency_p95")
        for m in range(60)
    ]
    facts = {
        "onset": "2026-03-01T10:31:00Z",
        "deployments": [{"time": "2026-03-01T10:30:00Z", "service": text, "from": "1.0", "to": "1.1"}],
    }
    return pd.DataFrame(rows), facts


def _trace(text: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    rows = [
        {
            "trace_id": "t",
            "span_id": f"{name}{n}",
            "parent_span_id": f"{name}{n - 1}" if n else "",
            "service": text,
            "operation": f"GET /{n}",
            "kind": "Server",
            "start": _at(0),
            "duration_ms": 10.0 - n,
            "error": name == "failing",
            "message": text,
            "trace": name,
        }
        for name in ("failing", "healthy")
        for n in range(3)
    ]
    return pd.DataFrame(rows), {"trace_id": "t"}


def _tables(kind: str, text: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    row: dict[str, Any] = {
        "alerts": {
            "time": _at(0),
            "alert": text,
            "service": text,
            "severity": text,
            "state": "firing",
            "summary": text,
        },
        "services": {"service": text, "requests": 3, "errors": 1, "error_rate": 0.3, "p95_ms": 2.0},
        "traces": {
            "start": _at(0),
            "operation": text,
            "duration_ms": 1.0,
            "status_code": 500,
            "message": text,
            "trace_id": "t",
        },
        "logs": {
            "pattern": text,
            "severity": "error",
            "service": text,
            "count": 3,
            "before": 0,
            "after": 3,
            "first_seen": _at(0),
            "last_seen": _at(1),
            "new": True,
            "example": text,
            "stack": text,
        },
        "deployments": {
            "time": _at(0),
            "kind": "deployment",
            "service": text,
            "from": text,
            "to": text,
            "title": text,
            "author": text,
        },
        "diff": {
            "file": text,
            "old_start": 1,
            "new_start": 1,
            "text": f"@@ -1 +1 @@\n-{text}\n+{text}",
            "suspect": True,
            "why": text,
        },
        "file": {"line": 1, "text": text, "marked": True},
        "pull_request": {"file": text, "diff": f"-{text}\n+{text}"},
        "table": {text: text, "n": 1},
        "text": {},
    }[kind]
    facts: dict[str, Any] = {
        "operations": [{"operation": text, "requests": 3, "errors": 1, "error_rate": 0.3, "p95_ms": 2.0}],
        "exception": {"type": text, "message": text, "count": 3, "text": f"Traceback\n{text}"},
        "onset": "2026-03-01T10:31:00Z",
        "number": 1,
        "state": text,
        "branch": text,
    }
    return pd.DataFrame([row] if row else []), facts


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    def make(kind: EvidenceKind, text: str = HOSTILE, frame: pd.DataFrame | None = None, **facts: Any) -> Evidence:
        made = _metrics(text) if kind == "metrics" else _trace(text) if kind == "trace" else _tables(kind, text)
        known: Mapping[str, Any] = {**made[1], **facts}
        return Evidence(
            "E7", kind, text, text, "look", {"what": text}, frame=made[0] if frame is None else frame, facts=known
        )

    return make
