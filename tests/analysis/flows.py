"""Frames as `TraceSource.flow` gives them, written as before and after of each operation or call."""

from __future__ import annotations

import pandas as pd

COLUMNS = (
    "service", "within", "operation", "peer", "late", "count", "failed", "own_failed", "mean_ms", "p95_ms", "own_ms",
    "answered", "peer_ms",
)  # fmt: skip


def row(
    service: str,
    operation: str,
    *,
    peer: str = "",
    within: str = "",
    count: tuple[int, int] = (100, 100),
    failed: tuple[int, int] = (0, 0),
    own_failed: tuple[int, int] = (0, 0),
    ms: tuple[float, float] = (10, 10),
    own: tuple[float, float] = (10, 10),
    answered: bool = True,
) -> list[dict[str, object]]:
    """Both sides of one operation (without ``peer``) or call."""
    return [
        {
            "service": service, "within": within, "operation": operation, "peer": peer, "late": late,
            "count": count[late], "failed": failed[late], "own_failed": own_failed[late], "mean_ms": ms[late],
            "p95_ms": 2 * ms[late], "own_ms": own[late], "answered": count[late] if answered and peer else 0,
            "peer_ms": ms[late] - own[late],
        }
        for late in (False, True)
    ]  # fmt: skip


def frame(*rows: list[dict[str, object]]) -> pd.DataFrame:
    """All of them."""
    return pd.DataFrame([one for both in rows for one in both], columns=list(COLUMNS))
