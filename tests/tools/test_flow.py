"""Following calls from an ill service."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.tools.flow import follow_calls
from tests.analysis.flows import frame, row

ONSET = "2026-03-01T11:30:00Z"


async def test_the_way_its_end_and_calls_that_are_made_more_and_less_often(context: Any, fake: Any) -> None:
    fake.frames["flow"] = frame(
        row("door", "GET /", ms=(30, 230), own=(5, 5)),
        row("door", "GET /x", peer="desk", within="GET /", ms=(25, 225), own=(1, 1), count=(100, 300), failed=(0, 200)),
        row("desk", "GET /x", ms=(24, 224), own=(24, 224), count=(100, 300)),
        row("desk", "SEND", peer="post", within="GET /x", count=(100, 150), answered=False),
    )
    result = await follow_calls.handler(context, follow_calls.arguments(service="door", onset=ONSET))
    assert result.facts["origin"] == {"service": "desk", "where": "itself", "share": 1.0}
    assert [h["service"] for h in result.facts["hops"]] == ["door", "desk"]
    more, less = result.facts["calls_more"][0], result.facts["calls_less"][0]
    assert (more["service"], more["peer"], more["times"], more["error_rate"]) == ("door", "desk", 3.0, 0.667)
    assert (less["operation"], less["after"]) == ("SEND", 0.5)
    assert result.summary.startswith("door → desk: 100% of the added time of desk is its own")
    assert result.frame.iloc[0]["service"] == "door", "the way stands first"
    assert fake.asked[0][1][0].start.isoformat() == "2026-03-01T11:00:00+00:00"


async def test_where_nothing_got_worse_and_where_nothing_is(context: Any, fake: Any) -> None:
    fake.frames["flow"] = frame(row("door", "GET /"))
    result = await follow_calls.handler(context, follow_calls.arguments(service="door", onset=ONSET, by="errors"))
    assert "as they were" in result.summary and "origin" not in result.facts
    fake.frames["flow"] = frame()
    with pytest.raises(SignalMissing):
        await follow_calls.handler(context, follow_calls.arguments(service="door", onset=ONSET))
    with pytest.raises(ToolError, match="within the window"):
        await follow_calls.handler(context, follow_calls.arguments(service="door", onset="2027-01-01T00:00:00Z"))
