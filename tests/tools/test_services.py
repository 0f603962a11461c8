"""Services and who calls whom."""

from __future__ import annotations

from typing import Any

import pandas as pd

from aisre_nb.tools.services import get_services

SERVICES = pd.DataFrame(
    [
        {"service": "web", "requests": 100, "errors": 1, "error_rate": 0.01, "p95_ms": 9.0},
        {"service": "api", "requests": 100, "errors": 20, "error_rate": 0.2, "p95_ms": 9.0},
    ]
)
CALLS = pd.DataFrame([{"caller": "web", "callee": "api", "calls": 100, "errors": 20, "p95_ms": 8.0}])


async def test_the_service_with_most_errors_is_named(context: Any, fake: Any) -> None:
    fake.frames |= {"services": SERVICES, "calls": CALLS}
    result = await get_services.handler(context, get_services.arguments())
    assert result.summary == "2 services, 1 kinds of calls between them; the most errors: api, 20.00%"
    assert result.facts["calls"][0]["callee"] == "api"


async def test_a_world_without_a_call_graph_still_has_services(context: Any, fake: Any) -> None:
    fake.frames["services"] = SERVICES
    result = await get_services.handler(context, get_services.arguments())
    assert len(result.facts["services"]) == 2 and result.facts["calls"] == []


async def test_the_window_asked_for_is_the_window_looked_at(context: Any, fake: Any) -> None:
    fake.frames["services"] = SERVICES
    result = await get_services.handler(context, get_services.arguments(since="30m"))
    assert result.window is not None and result.window.duration.total_seconds() == 1800
    assert fake.asked[0] == ("services", (result.window,))
