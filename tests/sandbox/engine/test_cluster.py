"""Rollouts, scaling and lost nodes."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.sandbox.engine.cluster import Cluster
from aisre_nb.sandbox.engine.effects import Breaks
from aisre_nb.sandbox.engine.pods import FOREVER
from aisre_nb.sandbox.engine.when import When

AT = 1000.0


def _lowest(cluster: Cluster, service: str, since: float = AT, lasts: int = 600) -> int:
    return min(len(cluster.alive(service, since + t)) for t in range(lasts))


def _versions(cluster: Cluster, service: str, at: float) -> list[str]:
    return sorted(pod.version for pod in cluster.alive(service, at))


def _reasons(cluster: Cluster, service: str, until: float = 1e9) -> set[str]:
    return {event.reason for event in cluster.events_until(until) if event.service == service}


def _run(cluster: Cluster, until: float) -> None:
    for second in range(int(AT), int(until), 15):
        cluster.tick(second)


BROKEN = Breaks("frontend", reason="ImagePullBackOff", message="not found", when=When(versions=("9",)))


def test_every_service_runs_its_pods_on_nodes_that_have_room(cluster: Any):
    found = cluster()
    for service in found.blueprint.services:
        assert len(found.alive(service.name, 0.0)) == service.replicas
    taken: dict[str, int] = {}
    for name, pods in found.pods.items():
        for pod in pods:
            taken[pod.node] = taken.get(pod.node, 0) + found.blueprint.by_name[name].cpu
    assert all(number <= 2400 for number in taken.values()) and "node-6" not in taken


def test_a_rollout_takes_no_pod_away_before_another_is_ready(cluster: Any):
    found = cluster()
    found.rollout("frontend", AT, version="9")
    assert _lowest(found, "frontend") == 3
    assert max(len(found.alive("frontend", AT + t)) for t in range(200)) == 4
    assert _versions(found, "frontend", AT) == ["2.14.0"] * 3
    assert _versions(found, "frontend", AT + 200) == ["9"] * 3
    begun = sorted(p.begun for p in found.pods["frontend"] if p.version == "9")
    assert all(14 <= later - earlier <= 26 for earlier, later in zip([AT, *begun], begun, strict=False))


def test_a_restart_is_a_rollout_of_the_same(cluster: Any):
    found = cluster()
    before = {pod.name for pod in found.alive("cart", AT)}
    found.rollout("cart", AT)
    after = found.alive("cart", AT + 200)
    assert len(after) == 2 and not before & {pod.name for pod in after} and {p.version for p in after} == {"0.1.0"}
    assert [r.number for r in found.revisions["cart"]][1] == found.revisions["cart"][0].number + 1


def test_a_setting_comes_with_new_pods_and_is_read_anew_where_it_is_live(cluster: Any):
    found = cluster()
    found.set("cart", AT, "PRICES_TIMEOUT_MS", "100")
    assert {p.settings["PRICES_TIMEOUT_MS"] for p in found.alive("cart", AT)} == {"1500"}
    assert {p.settings["PRICES_TIMEOUT_MS"] for p in found.alive("cart", AT + 200)} == {"100"}
    found.set("redis", AT, "MAXMEMORY_MB", "64")
    assert found.settings["redis"]["MAXMEMORY_MB"] == "64" and len(found.revisions["redis"]) == 1


def test_a_rollout_that_does_not_come_up_stands_and_the_old_pods_serve(cluster: Any):
    found = cluster(BROKEN)
    found.rollout("frontend", AT, version="9")
    assert _lowest(found, "frontend") == 3 and _versions(found, "frontend", AT + 900) == ["2.14.0"] * 3
    stuck = [pod for pod in found.pods["frontend"] if pod.waiting]
    assert [(pod.waiting, pod.version, pod.begun) for pod in stuck] == [("ImagePullBackOff", "9", FOREVER)]
    assert "ImagePullBackOff" in _reasons(found, "frontend", AT + 60)
    assert "ProgressDeadlineExceeded" not in _reasons(found, "frontend", AT + 500)
    assert "ProgressDeadlineExceeded" in _reasons(found, "frontend", AT + 700)


@pytest.mark.parametrize("after, new", [(1, 1), (-1, 2)])
def test_a_rollout_may_stop_halfway(cluster: Any, after: int, new: int):
    stop = Breaks("frontend", after=after, lost=1, unsound=False, when=When(versions=("9",)))
    found = cluster(stop)
    found.rollout("frontend", AT, version="9")
    versions = _versions(found, "frontend", AT + 300)
    assert versions.count("9") == new and len(versions) == 2
    assert not [pod for pod in found.pods["frontend"] if pod.waiting]


def test_rolling_back_takes_away_what_never_came_up(cluster: Any):
    found = cluster(BROKEN)
    found.rollout("frontend", AT, version="9")
    found.rollout("frontend", AT + 300, version="2.14.0")
    assert _lowest(found, "frontend") == 3
    pods = [pod for pod in found.pods["frontend"] if pod.exists(AT + 500)]
    assert len(pods) == 3 and {pod.version for pod in pods} == {"2.14.0"}


def test_a_rollback_in_the_midst_of_a_rollout_breaks_it_off(cluster: Any):
    found = cluster()
    found.rollout("frontend", AT, version="9")
    found.rollout("frontend", AT + 30, version="2.14.0")
    assert _lowest(found, "frontend") == 3
    assert _versions(found, "frontend", AT + 300) == ["2.14.0"] * 3


@pytest.mark.parametrize("wanted", [0, 1, 5])
def test_scaling(cluster: Any, wanted: int):
    found = cluster()
    found.scale("cart", AT, wanted)
    assert len(found.alive("cart", AT)) == 2 and len(found.alive("cart", AT + 60)) == wanted
    assert "ScalingReplicaSet" in _reasons(found, "cart")


def test_pods_of_a_version_that_does_not_come_up_do_not_come_up_by_scaling(cluster: Any):
    found = cluster(BROKEN)
    found.rollout("frontend", AT, version="9")
    found.scale("frontend", AT + 100, 8)
    assert _versions(found, "frontend", AT + 500) == ["2.14.0"] * 3


def test_a_pod_without_room_waits_until_there_is_some(cluster: Any):
    found = cluster(cpu=1900)
    found.scale("frontend", AT, 12)
    waiting = [pod for pod in found.pods["frontend"] if pod.waiting == "Unschedulable"]
    assert waiting and not any(pod.node or pod.ready(AT + 500) for pod in waiting)
    assert "FailedScheduling" in _reasons(found, "frontend")
    _run(found, AT + 100)
    still = [pod for pod in found.pods["frontend"] if pod.waiting]
    assert still == waiting
    found.nodes["node-6"].cordoned = False
    _run(found, AT + 200)
    placed = [pod for pod in waiting if not pod.waiting]
    assert placed and {pod.node for pod in placed} == {"node-6"}
    assert all(pod.ready(AT + 300) for pod in placed) and "Scheduled" in _reasons(found, "frontend")


def test_what_waits_is_the_first_to_go_when_fewer_are_wanted(cluster: Any):
    found = cluster(cpu=1900)
    found.scale("frontend", AT, 12)
    found.scale("frontend", AT + 60, 4)
    found.nodes["node-6"].cordoned = False
    _run(found, AT + 200)
    assert len(found.alive("frontend", AT + 300)) == 4
    assert not [pod for pod in found.pods["frontend"] if pod.waiting and pod.exists(AT + 300)]


def test_a_rollout_without_room_keeps_the_old_pods_and_goes_on_with_room(cluster: Any):
    found = cluster(cpu=1900)
    found.scale("recommendation", AT, 4)
    found.rollout("api-gateway", AT + 60, version="9")
    assert [p.waiting for p in found.pods["api-gateway"] if p.version == "9"] == ["Unschedulable"]
    assert _versions(found, "api-gateway", AT + 300) == ["1.9.2"] * 3
    found.nodes["node-6"].cordoned = False
    _run(found, AT + 600)
    assert _lowest(found, "api-gateway", AT, 900) == 3
    assert _versions(found, "api-gateway", AT + 900) == ["9"] * 3


def test_a_drained_node_serves_no_more_and_nobody_misses_a_pod(cluster: Any):
    found = cluster()
    node = found.alive("cart", AT)[0].node
    bought = {
        name for name, pods in found.pods.items() for p in pods if p.node == node and name in found.blueprint.live
    }
    found.nodes[node].cordoned = True
    found.drain(node, AT)
    left = {name for name, pods in found.pods.items() for p in pods if p.node == node and p.ready(AT + 300)}
    assert left == bought
    assert all(_lowest(found, s.name, AT, 200) == s.replicas for s in found.blueprint.services)
    assert "Evicted" in _reasons(found, "cart")


def test_pods_of_a_lost_node_are_out_soon_and_elsewhere_after_minutes(cluster: Any):
    found = cluster()
    pod = found.alive("cart", AT)[0]
    found.lose(pod.node, AT)
    assert len(found.alive("cart", AT + 30)) == 2 and len(found.alive("cart", AT + 60)) == 1
    after = found.alive("cart", AT + 400)
    assert len(after) == 2 and pod not in after and pod.node not in {p.node for p in after}
    lost = [event for event in found.events_until(AT + 60) if event.reason == "NodeNotReady"]
    assert [event.name for event in lost] == [pod.node]


def test_a_killed_container_begins_again_in_its_place(cluster: Any):
    found = cluster()
    pod = found.alive("cart", AT)[0]
    found.kill(pod, AT, 30.0, "OOMKilled", "it used more than 384Mi")
    assert not pod.ready(AT + 10) and pod.ready(AT + 31) and pod.exists(AT + 10)


def test_an_action_ends_what_it_ends_after_it_was_noticed(cluster: Any):
    found = cluster()
    found.log.append((AT, {"action": "restart", "service": "cart"}))
    assert not found.done({"action": "restart", "service": "cart"}, AT + 10)
    assert found.done({"action": "restart", "service": "cart"}, AT + 25)
    assert found.done({"action": "restart"}, AT + 25) and not found.done({"service": "user"}, AT + 25)
