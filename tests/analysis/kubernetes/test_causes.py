"""Causes come before effects."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from aisre_nb.analysis.kubernetes.causes import _LEADS, _MORE
from aisre_nb.analysis.kubernetes.find import about, alarming, roots
from aisre_nb.analysis.kubernetes.finding import Kind


def test_no_kind_can_bring_itself_by_any_way() -> None:
    leads = {kind: {*_LEADS.get(kind, ()), *_MORE.get(kind, ())} for kind in get_args(Kind)}
    for kind in leads:
        reached, todo = set(), list(leads[kind])
        while todo:
            if (other := todo.pop()) not in reached:
                reached.add(other)
                todo += leads[other]
        assert kind not in reached, kind
        assert leads[kind] <= leads.keys()


@pytest.fixture
def story(make: Any, found: Any) -> list[Any]:
    """A node is lost; a pod of ``web`` waits for room, and another service has trouble of its own."""
    message = "0/1 nodes are available: 1 Insufficient cpu."
    condition = {"type": "PodScheduled", "status": "False", "message": message}
    pod = make.pod(status={"phase": "Pending", "conditions": [condition], "containerStatuses": []},
                   metadata={"creationTimestamp": make.ago(20)})  # fmt: skip
    del pod["spec"]["nodeName"]
    other = make.pod("db-7d9c5b8f6d-bbbbb", make.ended("OOMKilled", 137), spec={"nodeName": "node-2"})
    return found(make.service(), make.deployment(ready=0), pod, other, make.node(ready="Unknown"), make.node("node-2"))


def test_the_order_is_from_cause_to_effect_and_the_worst_story_first(story: list[Any]) -> None:
    kinds = [f.kind for f in story]
    assert kinds == ["node_not_ready", "unschedulable", "replicas_missing", "no_endpoints", "oom_killed"]
    places = {f.key: n for n, f in enumerate(story)}
    assert all(places[cause] < places[f.key] for f in story for cause in f.effect_of)


def test_the_roots_are_those_that_nothing_brings(story: list[Any]) -> None:
    assert [f.kind for f in roots(story)] == ["node_not_ready", "oom_killed"] and len(alarming(story)) == 5


def test_what_is_asked_of_one_service_comes_with_what_brings_it(story: list[Any]) -> None:
    assert [f.kind for f in about(story, "web")][:2] == ["node_not_ready", "unschedulable"]
    assert [f.kind for f in about(story, "db")] == ["oom_killed"]
    assert about(story, "nobody") == [] and about(story) == story


def test_an_effect_begins_when_its_cause_did(story: list[Any]) -> None:
    missing = next(f for f in story if f.kind == "replicas_missing")
    waits = next(f for f in story if f.kind == "unschedulable")
    assert missing.since == waits.since is not None
