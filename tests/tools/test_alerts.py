"""Which alerts fire, in words and in facts."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.tools.alerts import get_alerts


@pytest.fixture
def told(fake: Any, ago: Any) -> None:
    rows = [("HighErrors", "web", "firing"), ("Slow", "api", "firing"), ("Disk", "web", "resolved")]
    fake.frames["alerts"] = pd.DataFrame(
        [
            {"time": ago(30), "alert": a, "service": s, "severity": "page", "state": state, "summary": "x"}
            for a, s, state in rows
        ]
    )


@pytest.mark.usefixtures("told")
async def test_what_fires_is_counted_and_named_with_its_time(context: Any) -> None:
    result = await get_alerts.handler(context, get_alerts.arguments())
    assert result.facts["firing"] == 2 and len(result.facts["alerts"]) == 3
    assert result.summary.startswith("2 alerts fire: HighErrors on web since 11:30")
    assert result.facts["alerts"][0]["since"] == "2026-03-01T11:30:00Z"


@pytest.mark.usefixtures("told")
async def test_one_service_has_its_own_alerts_alone(context: Any) -> None:
    result = await get_alerts.handler(context, get_alerts.arguments(service="web"))
    assert {a["service"] for a in result.facts["alerts"]} == {"web"} and result.facts["firing"] == 1
    assert result.summary.startswith("1 alert fires")


@pytest.mark.usefixtures("told")
async def test_nothing_that_fires_is_said(context: Any) -> None:
    result = await get_alerts.handler(context, get_alerts.arguments(service="nobody"))
    assert (result.summary, result.facts["alerts"]) == ("no alert fires", [])


async def test_more_than_four_are_counted(context: Any, fake: Any, ago: Any) -> None:
    row = {"time": ago(1), "alert": "A", "service": "s", "severity": "page", "state": "firing", "summary": ""}
    fake.frames["alerts"] = pd.DataFrame([row] * 6)
    assert (await get_alerts.handler(context, get_alerts.arguments())).summary.endswith("and 2 more")
