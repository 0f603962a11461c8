"""The cluster as ``kubectl get -o json`` prints it."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from aisre_nb.sandbox.engine.effects import Breaks, Fails, Leaks
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised
from aisre_nb.sandbox.kubernetes import objects
from aisre_nb.sandbox.scenario import Happening, Release, Secret, Setting
from aisre_nb.sandbox.settings import cores


def _objects(sim: Any, until: int = 3600) -> dict[str, dict[str, Any]]:
    """By kind and name; what is written can be read."""
    sim.engine.run(until)
    sim.now = until
    told = json.loads(json.dumps(objects(sim)))
    assert (told["apiVersion"], told["kind"]) == ("v1", "List")
    found = {f"{item['kind']}/{item['metadata']['name']}": item for item in told["items"]}
    assert len(found) == len(told["items"]), "no name twice"
    return found


def _of(found: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item for name, item in found.items() if name.startswith(f"{kind}/")]


@pytest.fixture
def calm(shop: Any) -> dict[str, dict[str, Any]]:
    return _objects(shop(settings=(Setting("cart", "PRICES_TIMEOUT_MS", "1500", "900", "x", 20),)))


def test_everything_has_what_every_object_has(calm: Any):
    kinds = Counter(item["kind"] for item in calm.values())
    assert set(kinds) >= {
        "Namespace", "Node", "Deployment", "ReplicaSet", "Pod", "Service", "ConfigMap", "HorizontalPodAutoscaler",
        "CronJob", "ResourceQuota", "Event",
    }  # fmt: skip
    assert kinds["Node"] == 6 and kinds["Deployment"] == kinds["Service"] == 16 and kinds["CronJob"] == 2
    for item in calm.values():
        assert item["apiVersion"] and item["metadata"]["creationTimestamp"].endswith("Z")
        assert ("namespace" in item["metadata"]) == (item["kind"] not in ("Namespace", "Node"))
    assert len({item["metadata"]["uid"] for item in calm.values()}) == len(calm)


def test_pods_are_owned_by_replica_sets_and_these_by_deployments(calm: Any):
    for pod in _of(calm, "Pod"):
        owner = pod["metadata"]["ownerReferences"][0]
        above = calm[f"{owner['kind']}/{owner['name']}"]["metadata"]["ownerReferences"][0]
        deployment = calm[f"{above['kind']}/{above['name']}"]
        assert pod["metadata"]["labels"].items() >= deployment["spec"]["selector"]["matchLabels"].items()
        assert pod["status"]["phase"] == "Running" and f"Node/{pod['spec']['nodeName']}" in calm
        assert all(status["ready"] and "running" in status["state"] for status in pod["status"]["containerStatuses"])


def test_a_rollout_leaves_a_replica_set_without_pods_and_a_higher_revision(calm: Any):
    mine = [item for item in _of(calm, "ReplicaSet") if item["metadata"]["name"].startswith("cart-")]
    assert sorted(item["status"]["replicas"] for item in mine) == [0, 2]
    numbers = [int(item["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) for item in mine]
    told = calm["Deployment/cart"]["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
    assert int(told) == max(numbers) == min(numbers) + 1
    assert calm["ConfigMap/cart-settings"]["data"]["PRICES_TIMEOUT_MS"] == "900"


def test_the_quota_counts_what_is_requested(calm: Any):
    quota = calm["ResourceQuota/shop"]["status"]
    pods = _of(calm, "Pod")
    asked = sum(cores(pod["spec"]["containers"][0]["resources"]["requests"]["cpu"]) for pod in pods)
    assert cores(quota["used"]["requests.cpu"]) == pytest.approx(asked)
    assert int(quota["used"]["pods"]) == len(pods) <= int(quota["hard"]["pods"])


def test_an_image_that_is_not_there_keeps_its_pod_waiting(shop: Any):
    broken = Breaks("user", message="not found", when=When(versions=("9",)))
    found = _objects(shop(broken, releases=(Release("user", "2.0.6", "9", 30),)))
    states = [
        status["state"]["waiting"]
        for pod in _of(found, "Pod")
        for status in pod["status"]["containerStatuses"]
        if "waiting" in status["state"]
    ]
    assert states == [{"reason": "ImagePullBackOff", "message": "not found"}]
    deployment = found["Deployment/user"]["status"]
    progress = next(c for c in deployment["conditions"] if c["type"] == "Progressing")
    assert (progress["status"], progress["reason"]) == ("False", "ProgressDeadlineExceeded")
    assert deployment["readyReplicas"] == 2 and deployment["updatedReplicas"] == 1


def test_a_killed_container_says_why_and_how_often(shop: Any):
    found = _objects(shop(Leaks("cart", mib_per_minute=40)))
    statuses = [
        p["status"]["containerStatuses"][0] for p in _of(found, "Pod") if p["metadata"]["name"].startswith("cart-")
    ]
    assert all(status["restartCount"] >= 3 for status in statuses)
    assert {s["lastState"]["terminated"]["reason"] for s in statuses} == {"OOMKilled"}
    assert {s["lastState"]["terminated"]["exitCode"] for s in statuses} == {137}
    told = {event["reason"] for event in _of(found, "Event") if event["type"] == "Warning"}
    assert "OOMKilled" in told


def test_a_container_that_is_down_is_backed_off(shop: Any):
    sim = shop(Leaks("cart", mib_per_minute=40))
    sim.engine.run(3600)
    pod = sim.engine.cluster.pods["cart"][0]
    since, until, _ = pod.downs[-1]
    sim.now = round((since + until) / 2)
    told = next(item for item in objects(sim)["items"] if item["metadata"]["name"] == pod.name)
    status = told["status"]["containerStatuses"][0]
    assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff" and status["ready"] is False


def test_pods_of_a_lost_node_without_room_are_pending(shop: Any):
    gone = When(nodes=("node-3",), since=30, lasting=0.7)
    fault = Fails("*", when=gone, raised=Raised("TimeoutError", ""), unreached=True)
    lost = Happening("k8s_event", "", "Node node-3 does not answer", 30.7, "NodeNotReady", node="node-3")
    found = _objects(shop(fault, happenings=(lost,), node_cpu=1700))
    node = found["Node/node-3"]
    assert node["status"]["conditions"][0]["status"] == "Unknown"
    assert found["Node/node-6"]["spec"] == {"unschedulable": True}
    pending = [pod for pod in _of(found, "Pod") if pod["status"]["phase"] == "Pending"]
    assert pending
    for pod in pending:
        placed = next(c for c in pod["status"]["conditions"] if c["type"] == "PodScheduled")
        assert (placed["status"], placed["reason"]) == ("False", "Unschedulable")
        assert pod["status"]["containerStatuses"] == [] and not pod["spec"]["nodeName"]
    assert not [p for p in _of(found, "Pod") if p["spec"]["nodeName"] == "node-3"]


def test_secrets_say_when_they_changed_and_nothing_they_hold(shop: Any):
    secret = Secret("card-keys", changed=20.0, expires=-30.0, cause="rotated")
    found = _objects(shop(secrets=(secret,)))["Secret/card-keys"]
    assert "data" not in found and found["metadata"]["annotations"]["kubernetes.io/change-cause"] == "rotated"
    assert found["metadata"]["managedFields"][0]["time"] < found["metadata"]["annotations"]["cert-manager.io/not-after"]


def test_a_job_and_a_flag_are_shown_as_they_are(calm: Any):
    assert calm["CronJob/sales-report"]["spec"]["suspend"] is False and calm["ConfigMap/flags"]["data"]
    events = [item["lastTimestamp"] for item in _of(calm, "Event")]
    assert events == sorted(events)
