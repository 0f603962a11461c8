"""Comparing bad requests with good ones."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.tools.separation import compare_requests
from tests.analysis.test_separation import places, values

GIVEN = {"service": "door", "onset": "2026-03-01T11:30:00Z", "by": "latency"}


async def test_what_separates_grew_and_lies_between(context: Any, fake: Any) -> None:
    fake.frames["attribute_values"] = values(("sku", "7", 90, 5, 4), ("sku", "8", 10, 95, 196))
    fake.frames["between_places"] = places(
        aa=(5, 6), bb=(5, 6), cc=(5, 6), ac=(5, 6), bc=(5, 6), ab=(5, 200), ba=(5, 220)
    )
    result = await compare_requests.handler(context, compare_requests.arguments(**GIVEN))
    assert result.facts["separates"][0] | {"lift": 0} == {
        "key": "sku", "value": "7", "bad": 90, "of_bad": 0.9, "of_good": 0.05, "of_before": 0.02, "lift": 0
    }  # fmt: skip
    assert [(p["caller"], p["callee"]) for p in result.facts["between"]] == [("b", "a"), ("a", "b")]
    assert result.facts["origin"]["service"] == "b" and "caller" in result.frame
    assert "90% of the slow requests have sku 7, 5% of the others" in result.summary


async def test_nothing_separates_and_nothing_is_there(context: Any, fake: Any) -> None:
    fake.frames["attribute_values"] = values(("sku", "7", 50, 50, 100), ("sku", "8", 50, 50, 100))
    fake.frames["between_places"] = places()
    result = await compare_requests.handler(context, compare_requests.arguments(**GIVEN))
    assert result.summary == "no attribute separates the 100 slow requests from the 100 others"
    assert "origin" not in result.facts
    fake.frames["attribute_values"] = values()
    with pytest.raises(SignalMissing, match="no request to door"):
        await compare_requests.handler(context, compare_requests.arguments(**GIVEN))
