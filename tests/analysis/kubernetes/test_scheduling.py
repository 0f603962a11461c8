"""Pods for which no node fits."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.analysis.kubernetes.scheduling import explained


def _pending(make: Any, message: str, name: str = "web-7d9c5b8f6d-x2x4z", **more: Any) -> Any:
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    request = {"resources": {"requests": {"cpu": "500m"}}}
    status = {"phase": "Pending", "conditions": [unscheduled], "containerStatuses": []}
    pod = make.pod(name, has=request, **{"status": status, "metadata": {"creationTimestamp": make.ago(10)}, **more})
    del pod["spec"]["nodeName"]
    return pod


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient memory.", "no room (cpu, memory)"),
        ("0/3 nodes are available: 3 node(s) had untolerated taint {gpu: true}.", "tainted"),
        ("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.", "labels that it selects"),
        ("0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.", "affinity to other pods"),
        ("0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints.", "spreading"),
        ("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.", "volume is not bound"),
        ("0/3 nodes are available: 3 node(s) were unschedulable.", "cordoned"),
        ("0/3 nodes are available: 3 Too many pods.", "as many pods as they may"),
        ("0/3 nodes are available: 3 node(s) didn't have free ports.", "host port"),
    ],
)
def test_the_scheduler_is_understood(message: str, why: str) -> None:
    says, remedy = explained(message)
    assert why in says and remedy


def test_the_label_that_no_node_has_is_named(make: Any, only: Any) -> None:
    message = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
    pod = _pending(make, message, spec={"nodeSelector": {"disk": "ssd", "zone": "a"}})
    assert "(disk=ssd)" in only("unschedulable", pod, make.node(metadata={"labels": {"zone": "a"}})).says
    assert "disk" not in only("unschedulable", pod).says


def test_a_message_that_is_not_understood_is_quoted(make: Any, only: Any) -> None:
    finding = only("unschedulable", _pending(make, "the moon is in the wrong house"))
    assert "the moon is in the wrong house" in finding.says


def test_a_cordoned_node_with_room_is_the_way_out_and_one_without_is_not(make: Any, found: Any) -> None:
    pod = _pending(make, "0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.")
    full = make.node(cpu="100m")
    spare = make.node("node-2", spec={"unschedulable": True})
    node, waits = found(pod, full, spare)
    assert (node.kind, node.severity, waits.kind) == ("node_cordoned", "warning", "unschedulable")
    assert "Uncordon node-2" in waits.remedy and waits.effect_of == (node.key,)
    small = make.node("node-2", cpu="100m", spec={"unschedulable": True})
    waits, node = found(pod, full, small)
    assert (waits.effect_of, node.severity) == ((), "info")


def test_pods_pend_because_a_node_was_lost_before_and_not_after(make: Any, found: Any) -> None:
    pod = _pending(make, "0/1 nodes are available: 1 Insufficient cpu.")
    node, waits = found(pod, make.node(ready="Unknown"))
    assert waits.effect_of == (node.key,)
    old = _pending(make, "0/1 nodes are available: 1 Insufficient cpu.", metadata={"creationTimestamp": make.ago(500)})
    assert next(f for f in found(old, make.node(ready="Unknown")) if f.kind == "unschedulable").effect_of == ()


def test_a_claim_that_waits_brings_a_pod_that_waits(make: Any, found: Any) -> None:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data-0"}}]
    pod = _pending(make, "pod has unbound immediate PersistentVolumeClaims", spec={"volumes": volumes})
    claim = make.any("PersistentVolumeClaim", "data-0", status={"phase": "Pending"})
    first, second = found(pod, claim)
    assert (first.kind, second.kind, second.effect_of) == ("claim_pending", "unschedulable", (first.key,))


def test_the_event_alone_proves_it_where_the_pod_says_nothing(make: Any, only: Any) -> None:
    pod = make.pod(status={"phase": "Pending", "conditions": [], "containerStatuses": []})
    del pod["spec"]["nodeName"]
    event = make.event("FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu.")
    finding = only("unschedulable", pod, event)
    assert finding.proof.field.startswith("Event ") and "3 Insufficient cpu" in finding.proof.value


def test_several_pods_of_a_workload_are_one_finding(make: Any, only: Any) -> None:
    message = "0/1 nodes are available: 1 Insufficient cpu."
    pods = [_pending(make, message, f"web-7d9c5b8f6d-x2x4{c}") for c in "bcd"]
    finding = only("unschedulable", *pods)
    assert "2 more pods" in finding.says and len(finding.also) == 2
