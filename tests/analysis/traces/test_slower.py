"""Where latency is added."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from aisre_nb.analysis.traces.slower import slower
from aisre_nb.analysis.traces.visits import visits

ONSET = datetime(2031, 5, 6, 10, 30, tzinfo=UTC)


def test_own_time_is_told_of_the_service_that_spends_it_and_of_none_that_waits(chain: Callable[..., Any]) -> None:
    spans, _ = chain(own_ms={"back": 80.0})
    found = slower(visits(spans), ONSET)
    slow = found[found["strength"] > 3]
    assert list(zip(slow["kind"], slow["service"], strict=True)) == [("own", "back")]
    assert round(slow.iloc[0]["before_ms"]) == 5 and round(slow.iloc[0]["now_ms"]) == 80


def test_the_way_between_two_services_is_told_of_both(chain: Callable[..., Any]) -> None:
    spans, _ = chain(gap_ms={"side": 300.0})
    found = slower(visits(spans), ONSET)
    slow = found[found["strength"] > 3]
    assert list(zip(slow["kind"], slow["caller"], slow["service"], strict=True)) == [("way", "front", "side")]
    assert slow.iloc[0]["added_ms"] > 30 * 290


def test_a_way_that_nobody_took_before_is_compared_with_the_others(chain: Callable[..., Any]) -> None:
    spans, _ = chain(gap_ms={"side": 300.0})
    side = spans["span_id"].str.contains("side") & (spans["start"] < ONSET)
    found = slower(visits(spans[~side]), ONSET)
    first = found.iloc[0]
    assert (first["kind"], first["service"]) == ("way", "side") and first["strength"] > 2
    calm, _ = chain()
    rest = slower(visits(calm[~side]), ONSET)
    assert (rest["strength"] < 1).all()


def test_nothing_is_slower_where_nothing_changed_or_there_is_nothing(chain: Callable[..., Any]) -> None:
    spans, _ = chain()
    assert (slower(visits(spans), ONSET)["strength"] < 1).all()
    assert slower(visits(spans.head(0)), ONSET).empty
