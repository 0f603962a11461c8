"""Where time is added and failures begin along the calls."""

from __future__ import annotations

import pytest

from aisre_nb.analysis.flow import changed, hops
from tests.analysis.flows import frame, row

DOOR = row("door", "GET /", ms=(30, 230), own=(5, 5))
TO_DESK = row("door", "GET /x", peer="desk", within="GET /", ms=(25, 225), own=(1, 1))
DESK = row("desk", "GET /x", ms=(24, 224), own=(4, 4))


def test_added_time_is_followed_to_a_database_that_has_no_spans() -> None:
    store = row("desk", "SELECT", peer="store", within="GET /x", ms=(20, 220), own=(20, 220), answered=False)
    way = hops(frame(DOOR, TO_DESK, DESK, store), "door", "latency")
    assert [(h.service, h.where, h.peer) for h in way] == [("door", "called", "desk"), ("desk", "peer", "store")]
    assert (way[-1].operation, way[-1].before, way[-1].after) == ("SELECT", 20, 220)
    assert way[-1].share == pytest.approx(1.0)


def test_time_of_its_own_and_time_on_the_way_are_told_apart() -> None:
    own = row("desk", "GET /x", ms=(24, 224), own=(24, 224))
    assert [h.where for h in hops(frame(DOOR, TO_DESK, own), "door", "latency")] == ["called", "itself"]
    late = row("door", "GET /x", peer="desk", within="GET /", ms=(25, 225), own=(1, 201))
    still = row("desk", "GET /x", ms=(24, 24), own=(24, 24))
    last = hops(frame(DOOR, late, still), "door", "latency")[-1]
    assert (last.service, last.where, last.peer) == ("door", "between", "desk")


def test_another_mix_of_requests_is_no_change() -> None:
    slow = row("door", "GET /slow", count=(10, 500), ms=(300, 300), own=(300, 300))
    fast = row("door", "GET /fast", count=(500, 10), ms=(10, 10), own=(10, 10))
    assert hops(frame(slow, fast), "door", "latency") == []


def test_failures_are_followed_to_where_they_begin() -> None:
    door = row("door", "GET /", failed=(1, 60))
    call = row("door", "GET /x", peer="desk", within="GET /", failed=(1, 60))
    desk = row("desk", "GET /x", failed=(1, 60), own_failed=(1, 60))
    assert [(h.service, h.where) for h in hops(frame(door, call, desk), "door", "errors")] == [
        ("door", "called"),
        ("desk", "itself"),
    ]


@pytest.mark.parametrize(("desk_ms", "ends"), [((24, 24), "between"), ((24, 900), "called")])
def test_calls_that_fail_at_the_caller_alone_point_at_the_callee_only_where_it_got_slow(
    desk_ms: tuple[float, float], ends: str
) -> None:
    door = row("door", "GET /", failed=(0, 60))
    call = row("door", "GET /x", peer="desk", within="GET /", failed=(0, 60), own_failed=(0, 60))
    desk = row("desk", "GET /x", ms=desk_ms, own=desk_ms)
    way = hops(frame(door, call, desk), "door", "errors")
    assert way[0].where == ends
    assert (way[-1].service, way[-1].where) == (("door", "between") if ends == "between" else ("desk", "itself"))


def test_calls_a_request_are_counted_whatever_the_traffic() -> None:
    door = row("door", "GET /", count=(100, 300))
    call = row("door", "GET /x", peer="desk", within="GET /", count=(100, 1500))
    again = changed(frame(door, call))
    assert again[again["peer"] == "desk"]["times"].item() == pytest.approx(5.0)


def test_a_cycle_ends_and_too_little_says_nothing() -> None:
    a = row("a", "x", ms=(10, 100), own=(1, 1))
    b = row("b", "y", ms=(9, 99), own=(1, 1))
    ab = row("a", "y", peer="b", within="x", ms=(9, 99), own=(0, 0))
    ba = row("b", "x", peer="a", within="y", ms=(8, 98), own=(0, 0))
    assert [h.service for h in hops(frame(a, b, ab, ba), "a", "latency")] == ["a", "b"]
    assert hops(frame(row("a", "x", count=(3, 3), ms=(1, 900))), "a", "latency") == []
    assert hops(frame(), "a", "latency") == [] and changed(frame()).empty
    assert hops(frame(a), "nobody", "errors") == []
