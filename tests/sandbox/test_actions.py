"""What can be done to a world: what it would change, how it is taken back, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.sandbox import actions
from aisre_nb.sandbox.engine.cluster import Cluster

AT = 1000.0


def _state(cluster: Cluster, at: float) -> tuple[Any, ...]:
    pods = {name: sorted(pod.version for pod in cluster.alive(name, at)) for name in cluster.pods}
    nodes = {name: node.cordoned for name, node in cluster.nodes.items()}
    return cluster.versions.copy(), cluster.settings["cart"].copy(), cluster.flags.copy(), nodes, pods


def _do(cluster: Cluster, action: Any, at: float) -> actions.Preview:
    seen = actions.preview(action, cluster, at)
    seen.do(cluster, at)
    return seen


@pytest.mark.parametrize(
    "action, scope, row",
    [
        ({"action": "scale", "service": "cart", "replicas": 5}, "deployment/cart", ("replicas", "2", "5")),
        (
            {"action": "set_flag", "flag": "search-synonyms", "percent": 0},
            "flag/search-synonyms",
            ("percent", "20", "0"),
        ),
        (
            {"action": "set_config", "service": "cart", "key": "PRICES_TIMEOUT_MS", "value": "900"},
            "deploy/config/cart.yaml",
            ("PRICES_TIMEOUT_MS", "1500", "900"),
        ),
        (
            {"action": "set_config", "service": "cart", "key": "resources.memory", "value": "512Mi"},
            "deploy/cart.yaml",
            ("resources.memory", "384Mi", "512Mi"),
        ),
        ({"action": "cordon", "node": "node-1"}, "node/node-1", ("schedulable", "true", "false")),
        ({"action": "uncordon", "node": "node-6"}, "node/node-6", ("schedulable", "false", "true")),
    ],
)
def test_a_preview_says_what_would_change_and_undo_takes_it_back(cluster: Any, action: Any, scope: str, row: Any):
    found = cluster()
    before = _state(found, AT)
    seen = actions.preview(action, found, AT)
    assert seen.scope == scope and row in seen.rows and _state(found, AT) == before, "a preview changes nothing"
    seen.do(found, AT)
    assert _state(found, AT + 300) != before
    assert seen.undo is not None
    _do(found, seen.undo, AT + 300)
    assert _state(found, AT + 600) == before


def test_a_rollback_goes_to_the_version_before_and_is_undone_by_the_one_it_left(cluster: Any):
    found = cluster()
    found.rollout("cart", AT, version="9", changed={"PRICES_TIMEOUT_MS": "10"})
    seen = _do(found, {"action": "rollback", "service": "cart"}, AT + 300)
    assert ("image", "cart:9", "cart:0.1.0") in seen.rows and ("PRICES_TIMEOUT_MS", "10", "1500") in seen.rows
    assert {pod.version for pod in found.alive("cart", AT + 600)} == {"0.1.0"}
    assert found.settings["cart"]["PRICES_TIMEOUT_MS"] == "1500"
    assert seen.undo is not None
    _do(found, seen.undo, AT + 600)
    assert {pod.version for pod in found.alive("cart", AT + 900)} == {"9"}


def test_a_rollback_of_a_setting_undoes_the_setting(cluster: Any):
    found = cluster()
    found.set("cart", AT, "PRICES_TIMEOUT_MS", "10")
    found.rollout("cart", AT + 100)  # a restart in between is no other revision
    _do(found, {"action": "rollback", "service": "cart"}, AT + 300)
    assert found.settings["cart"]["PRICES_TIMEOUT_MS"] == "1500" and found.versions["cart"] == "0.1.0"


def test_scaling_beyond_the_autoscaler_raises_its_maximum(cluster: Any):
    found = cluster()
    seen = _do(found, {"action": "scale", "service": "frontend", "replicas": 7}, AT)
    assert ("autoscaling.max", "4", "7") in seen.rows and found.settings["frontend"]["autoscaling.max"] == "7"


def test_a_restart_names_the_pods_and_cannot_be_taken_back(cluster: Any):
    found = cluster()
    seen = actions.preview({"action": "restart", "service": "cart"}, found, AT)
    assert {name for _, name, _ in seen.rows} == {pod.name for pod in found.alive("cart", AT)} and seen.undo is None


def test_draining_says_which_pods_move(cluster: Any):
    found = cluster()
    node = found.alive("cart", AT)[0].node
    seen = _do(found, {"action": "cordon", "node": node, "drain": True}, AT)
    moved = {name for kind, name, _ in seen.rows if kind == "pod"}
    assert moved and found.nodes[node].cordoned
    assert not [p for pods in found.pods.values() for p in pods if p.name in moved and p.ready(AT + 300)]


def test_a_silence_changes_nothing_in_the_cluster(cluster: Any):
    found = cluster()
    before = _state(found, AT)
    seen = _do(found, {"action": "silence", "matchers": {"service": "cart"}, "minutes": 30}, AT)
    assert "service=cart" in seen.title and "30 minutes" in seen.title and _state(found, AT) == before


@pytest.mark.parametrize(
    "action, says",
    [
        ({}, "is no action"),
        ({"action": "reboot"}, "one of rollback"),
        ({"action": "rollback", "service": "nobody"}, "no deployment"),
        ({"action": "rollback", "service": "cart"}, "no earlier revision"),
        ({"action": "rollback", "service": "cart", "to": "7"}, "no earlier revision of cart has version 7"),
        ({"action": "scale", "service": "cart"}, "whole number"),
        ({"action": "scale", "service": "cart", "replicas": "many"}, "whole number"),
        ({"action": "scale", "service": "cart", "replicas": 51}, "51 replicas"),
        ({"action": "scale", "service": "cart", "replicas": -1}, "-1 replicas"),
        ({"action": "restart"}, "no deployment"),
        ({"action": "set_flag", "flag": "nothing", "percent": 1}, "no flag"),
        ({"action": "set_flag", "flag": "search-synonyms"}, "percentage"),
        ({"action": "set_flag", "flag": "search-synonyms", "percent": 101}, "101 is not"),
        ({"action": "set_flag", "flag": "search-synonyms", "percent": float("nan")}, "nan is not"),
        ({"action": "set_config", "service": "nobody", "key": "X", "value": "1"}, "has no settings"),
        ({"action": "set_config", "service": "cart", "key": "X", "value": "1"}, "no setting 'X'"),
        ({"action": "set_config", "service": "cart", "key": "PRICES_TIMEOUT_MS", "value": "fast"}, "no value"),
        ({"action": "set_config", "service": "cart", "key": "PRICES_TIMEOUT_MS", "value": ""}, "no value"),
        ({"action": "set_config", "service": "api-gateway", "key": "RETRIES", "value": "1.5"}, "written like 1"),
        ({"action": "set_config", "service": "cart", "key": "REDIS_HOST", "value": "a\nb"}, "one line"),
        ({"action": "set_config", "service": "cart", "key": "REDIS_HOST", "value": "x" * 300}, "one line"),
        ({"action": "set_config", "service": "cart", "key": "resources.memory", "value": "much"}, "resources.memory"),
        ({"action": "set_config", "service": "cart", "key": "resources.cpu", "value": "fast"}, "resources.cpu"),
        ({"action": "cordon", "node": "node-9"}, "node-9"),
        ({"action": "uncordon"}, "node"),
        ({"action": "silence"}, "needs matchers"),
        ({"action": "silence", "matchers": {"service": "cart"}, "minutes": 0}, "too short"),
        ({"action": "silence", "matchers": {"service": "cart"}, "minutes": "long"}, "minutes"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(cluster: Any, action: Any, says: str):
    with pytest.raises(UsageError) as caught:
        actions.preview(action, cluster(), AT)
    assert says in str(caught.value) and "\n" not in str(caught.value) and caught.value.next_step


def test_every_action_that_there_is_has_a_name(cluster: Any):
    for name in set(actions.NAMES) - {"merge"}:
        with pytest.raises(UsageError) as caught:
            actions.preview({"action": name}, cluster(), AT)
        assert "is no action" not in str(caught.value)
