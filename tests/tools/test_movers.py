"""Which series of the whole system moved."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing
from aisre_nb.tools.movers import find_movers


def _series(ago: Any, service: str, metric: str, before: float, after: float) -> pd.DataFrame:
    values = [before + n % 3 / 50 for n in range(90)] + [after + n % 3 / 50 for n in range(30)]
    rows = [{"time": ago(120 - n), "service": service, "metric": metric, "value": v} for n, v in enumerate(values)]
    return pd.DataFrame(rows).assign(labels="", unit="1")


async def test_what_hurts_comes_first_with_its_onset(context: Any, fake: Any, ago: Any) -> None:
    fake.frames["all_series"] = pd.concat(
        [
            _series(ago, "web", "process.memory.usage", 10, 90),
            _series(ago, "mq", "queue.depth", 0, 400),
            _series(ago, "db", "queue.depth", 3, 3),
        ]
    )
    result = await find_movers.handler(context, find_movers.arguments())
    assert (result.facts["series"], result.facts["moved"]) == (3, 2)
    first = result.facts["movers"][0]
    assert (first["service"], first["hurts"], first["onset"]) == ("mq", "work waits", "2026-03-01T11:30:00Z")
    assert "2 of 3 series moved, 1 in a way that hurts; first mq: queue.depth" in result.summary
    assert list(result.frame["service"]) == ["mq", "web"]


async def test_where_nothing_moved_it_says_so_and_where_nothing_is_it_is_a_gap(
    context: Any, fake: Any, ago: Any
) -> None:
    fake.frames["all_series"] = _series(ago, "db", "queue.depth", 3, 3)
    result = await find_movers.handler(context, find_movers.arguments())
    assert result.summary == "none of 1 series moved" and result.facts["movers"] == []
    fake.frames["all_series"] = fake.frames["all_series"].head(0)
    with pytest.raises(SignalMissing, match="no metric in this window"):
        await find_movers.handler(context, find_movers.arguments())


async def test_who_cannot_be_told_apart_as_first_is_named_beside_the_first(context: Any, fake: Any, ago: Any) -> None:
    late = _series(ago, "late", "queue.depth", 0, 400)
    late["value"] = late["value"].shift(10).fillna(0.0)
    near = [_series(ago, name, "queue.depth", 0, 400) for name in ("mq", "db")]
    fake.frames["all_series"] = pd.concat([late, *near])
    result = await find_movers.handler(context, find_movers.arguments())
    assert sorted(result.facts["first"]) == ["db", "mq"]
    assert "or within the same bucket" in result.summary and "late" not in result.summary
