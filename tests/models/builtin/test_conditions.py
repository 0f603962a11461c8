"""Causes that are no change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import flow, moved
from aisre_nb.models.builtin.changes import Change
from aisre_nb.models.builtin.conditions import found
from aisre_nb.times import rfc3339

AT = datetime(2031, 5, 6, 11, 20, tzinfo=UTC)


def evidence(number: str, tool: str, **facts: Any) -> Evidence:
    return Evidence(number, "table", "title", "summary", tool, {}, facts=facts)


def compared(service: str = "desk", **facts: Any) -> Evidence:
    return evidence("E5", "compare_requests", service=service, **facts)


def way(where: str, peer: str = "", by: str = "latency") -> list[flow.Hop]:
    unit = "ms" if by == "latency" else "error_rate"
    hop = {"service": "desk", "where": where, "peer": peer, "operation": "SELECT", "share": 0.9, "times": 1.0,
           f"before_{unit}": 12, f"after_{unit}": 480}  # fmt: skip
    return flow.read(evidence("E4", "follow_calls", by=by, hops=[hop]))


def mover(service: str, metric: str, after: float, peak: float) -> moved.Mover:
    row = {"service": service, "metric": metric, "labels": "", "before": 0.2, "after": after, "peak": peak,
           "onset": rfc3339(AT), "hurts": "full", "confidence": 0.9}  # fmt: skip
    return moved.read(evidence("E6", "find_movers", step_seconds=60, movers=[row]))[0]


def picture(**more: Any) -> Any:
    """What a rule asks of a picture; a desk behind one door, a store that has metrics of its own."""
    services = evidence(
        "E2", "get_services",
        services=[{"service": s, "requests": n} for s, n in (("door", 9), ("hall", 9), ("desk", 9), ("store", 0))],
        calls=[{"caller": "door", "callee": "hall"}, {"caller": "hall", "callee": "desk"}],
    )  # fmt: skip
    given = {"start": "desk", "hidden": None, "comparisons": [], "way": [], "logs": None, "witness": "desk",
             "focus": "desk", "chain": ["desk"], "subject": "desk", "named": "", "movers": [], "growth": 1.0,
             "changes": [], "clear": False, "metrics": lambda service: None,
             "case": SimpleNamespace(find=lambda tool, **_: services if tool == "get_services" else None)}  # fmt: skip
    return SimpleNamespace(**{**given, **more})


def test_somebody_elses_service_is_to_blame_where_it_has_no_telemetry_here() -> None:
    told = found(picture(way=way("peer", "courier")), "none")
    assert told is not None and (told.services, told.text) == (("courier",), "courier answers slowly")
    assert "takes 480 ms on average, 12 ms before" in told.proofs[0].text
    assert found(picture(way=way("peer", "store")), "none") is None, "the store is ours"
    assert found(picture(way=way("peer", "courier")), "own") is None, "a change of the ill service fits better"
    failing = found(picture(way=way("peer", "courier", "errors")), "none")
    assert failing is not None and failing.text == "courier fails"


def test_one_value_that_everybody_asks_for() -> None:
    value = {"key": "book.id", "value": "B-7"}
    facts = {
        "separates": [{**value, "of_bad": 0.97, "of_before": 0.01}],
        "grown": [{**value, "after": 0.6, "before": 0.01}],
    }
    told = found(picture(comparisons=[compared(**facts)], way=way("peer", "store")), "none")
    assert told is not None and told.services == ("store",) and "B-7" in told.text
    usual = {"separates": [{**value, "of_bad": 0.97, "of_before": 0.5}], "grown": []}
    assert found(picture(comparisons=[compared(**usual)]), "none") is None


def test_one_client_is_told_with_the_service_behind_the_door() -> None:
    grown = [{"key": "user_agent.name", "value": "crawler", "after": 0.7, "before": 0.0, "requests": 900},
             {"key": "http.route", "value": "/find", "after": 0.8, "before": 0.1, "requests": 950}]  # fmt: skip
    told = found(picture(comparisons=[compared("door", grown=grown)]), "own")
    assert told is not None and told.services == ("hall",)
    assert told.text == "one client (user_agent.name crawler) floods /find"


def test_two_zones_that_are_far_from_each_other() -> None:
    pairs = [{"caller": a, "callee": b, "before_ms": 8.0, "after_ms": 210.0} for a, b in (("z1", "z2"), ("z2", "z1"))]
    told = found(picture(comparisons=[compared(between=pairs)]), "own")
    assert told is not None and told.services == ("z1", "z2") and told.kind == "platform"
    assert found(picture(comparisons=[compared(between=pairs[:1])]), "none") is None


@pytest.mark.parametrize(("severity", "is_told"), [("error", True), ("info", False)])
def test_what_the_service_logs_of_its_certificate(severity: str, is_told: bool) -> None:
    row = {
        "pattern": "call failed: certificate has expired",
        "severity": severity,
        "count": 40,
        "first_seen": rfc3339(AT),
    }
    logs = Evidence("E7", "logs", "title", "summary", "get_logs", {"service": "desk"}, facts={"new": [row]})
    told = found(picture(logs=logs), "other")
    assert (told is not None) is is_told
    assert told is None or told.services == ("desk",)


def test_used_up_processors_and_the_setting_that_took_more_of_them_away() -> None:
    full = mover("desk", "process.cpu.utilization", 0.95, 0.99)
    told = found(picture(movers=[full], growth=2.5), "none")
    assert told is not None and told.change is None and "processors are saturated" in told.text
    assert found(picture(movers=[full]), "none") is None, "nobody asks for more than before"
    less = Change("E8", rfc3339(AT - timedelta(minutes=40)), "config", "desk", "Set replicas.max of desk", "4", "2", "")
    more = Change("E8", rfc3339(AT - timedelta(minutes=30)), "config", "desk", "Set queue.size of desk", "4", "9", "")
    limited = found(picture(movers=[full], growth=2.5, changes=[less, more]), "none")
    assert limited is not None and limited.change == less and limited.text == less.label


def test_nothing_is_said_where_all_is_well_or_trouble_is_hidden() -> None:
    assert found(picture(start="", way=way("peer", "courier")), "none") is None
    assert found(picture(hidden=object(), way=way("peer", "courier")), "none") is None
