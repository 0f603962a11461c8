"""What is read of the calls that were followed."""

from __future__ import annotations

from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import flow


def followed(**facts: Any) -> Evidence:
    return Evidence("E4", "table", "title", "summary", "follow_calls", {}, facts={"by": "errors", **facts})


def hop(service: str, where: str, peer: str = "", share: float = 0.9) -> dict[str, Any]:
    return {"service": service, "where": where, "peer": peer, "share": share, "after_error_rate": 0.4}


def test_the_services_on_the_way_end_where_it_is_a_guess() -> None:
    way = flow.read(followed(hops=[hop("a", "called", "b"), hop("b", "peer", "store")]))
    assert flow.services(way) == ["a", "b", "store"]
    assert (way[1].after, way[1].after_path) == (0.4, "hops.1.after_error_rate")
    unsure = flow.read(followed(hops=[hop("a", "called", "b", 0.2), hop("b", "itself")]))
    assert flow.services(unsure) == ["a"]
    assert flow.services(flow.read(followed(hops="nonsense"))) == []


def test_a_step_that_is_left_out_is_a_symptom_of_that_service_alone() -> None:
    less = {"service": "post", "operation": "SEND", "peer": "out", "before": 1.0, "after": 0.5, "count": 90}
    found = flow.fewer(followed(calls_less=[less], onset="2031-05-06T11:20:00Z"), "post")
    assert found is not None and (found.before, found.after, found.path) == (1.0, 0.5, "calls_less.0")
    assert flow.fewer(followed(calls_less=[less], onset="2031-05-06T11:20:00Z"), "desk") is None
    assert flow.fewer(followed(calls_less=[less]), "post") is None, "since when is not known"


def test_calls_that_are_made_more_often() -> None:
    row = {"service": "a", "operation": "GET", "peer": "b", "times": 4.0, "count": 400, "error_rate": 0.7}
    (more,) = flow.more(followed(calls_more=[row]))
    assert (more.service, more.peer, more.times, more.error_rate, more.nth) == ("a", "b", 4.0, 0.7, 0)
