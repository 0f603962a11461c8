"""Changes of several sources as one list."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import ToolError
from aisre_nb.tools.deployments import get_deployments

CHANGE = {"kind": "deployment", "service": "web", "title": "web 2", "from": "1", "to": "2"}
FROM_GIT = {"commit": "abc", "manifest": "deploy/web.yaml", "author": "ann"}


async def test_a_deployment_that_two_sources_tell_of_is_one(fake: Any, other: Any, ago: Any, with_changes: Any) -> None:
    fake.frames["changes"] = pd.DataFrame([{"time": ago(40), **CHANGE, "commit": None, "author": float("nan")}])
    other.frames["changes"] = pd.DataFrame([{"time": ago(45), **CHANGE, **FROM_GIT}])
    facts = (await get_deployments.handler(with_changes(fake, other), get_deployments.arguments())).facts
    assert facts["changes"] == [{"time": "2026-03-01T11:20:00Z", **CHANGE, **FROM_GIT}]


async def test_the_same_versions_days_apart_are_two(fake: Any, ago: Any, with_changes: Any) -> None:
    fake.frames["changes"] = pd.DataFrame([{"time": ago(m), **CHANGE} for m in (300, 10)])
    facts = (await get_deployments.handler(with_changes(fake), get_deployments.arguments())).facts
    assert [c["time"][11:16] for c in facts["changes"]] == ["11:50", "07:00"]
    assert facts["changes"][0]["commit"] is None


async def test_a_source_that_fails_does_not_hide_the_other(fake: Any, other: Any, ago: Any, with_changes: Any) -> None:
    fake.frames["changes"] = pd.DataFrame([{"time": ago(40), **CHANGE}])
    result = await get_deployments.handler(with_changes(other, fake), get_deployments.arguments())
    assert result.summary == "1 deployments: web 1 → 2 at 11:20"
    with pytest.raises(ToolError, match="no changes"):
        await get_deployments.handler(with_changes(other), get_deployments.arguments())


async def test_six_hours_are_looked_at_unless_told(fake: Any, ago: Any, with_changes: Any) -> None:
    fake.frames["changes"] = pd.DataFrame([{"time": ago(40), **CHANGE, "kind": "flag"}])
    result = await get_deployments.handler(with_changes(fake), get_deployments.arguments(service="web"))
    assert result.window is not None and result.window.duration.total_seconds() == 6 * 3600
    assert fake.asked == [("changes", (result.window, "web"))]
    assert result.summary == "no deployment among 1 changes"
