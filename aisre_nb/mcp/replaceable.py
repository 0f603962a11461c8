"""Our tools for which a server's may stand in, and what of our own sources would answer them."""

from __future__ import annotations

from collections.abc import Mapping

ANSWERED_BY: Mapping[str, tuple[str, ...]] = {
    "get_alerts": ("alerts",),
    "get_services": ("metrics",),
    "get_metrics": ("metrics",),
    "find_movers": ("metrics",),
    "rank_services": ("metrics", "traces", "logs"),
    "get_traces": ("traces",),
    "get_trace": ("traces",),
    "follow_calls": ("traces",),
    "compare_requests": ("traces",),
    "get_logs": ("logs",),
    "get_deployments": ("changes",),
    "get_kubernetes_state": ("kubernetes",),
}
"""By the tool: the fields of `Sources` of which one is enough."""
