"""Pods that are not ready, gone or in the way, for reasons outside of their containers."""

from __future__ import annotations

from typing import Any


def _unready(make: Any, **more: Any) -> Any:
    return make.pod(container={"ready": False}, **more)


def test_a_readiness_probe_that_fails_is_proved_by_its_event(make: Any, only: Any) -> None:
    said = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    finding = only("readiness_probe", _unready(make), make.event("Unhealthy", said))
    assert finding.proof.value == said and finding.severity == "critical"


def test_a_pod_that_begins_is_given_its_time(make: Any, found: Any) -> None:
    young = {"ready": False, "state": {"running": {"startedAt": make.ago(0.3)}}}
    assert not found(make.pod(container=young), make.event("Unhealthy", "Readiness probe failed: 503", count=1))


def test_a_pod_on_a_lost_node_is_an_effect_of_it(make: Any, found: Any) -> None:
    node, pod = found(_unready(make), make.node(ready="Unknown"))
    assert (node.kind, pod.kind, pod.effect_of) == ("node_not_ready", "not_ready", (node.key,))


def test_a_pod_that_is_not_ready_without_a_reason_says_so(make: Any, only: Any) -> None:
    finding = only("not_ready", _unready(make))
    assert "nothing says why" in finding.says and finding.proof.field == "status.conditions[0].status"


def test_a_volume_that_cannot_be_mounted(make: Any, only: Any) -> None:
    pod = make.pod(container=make.waiting("ContainerCreating"), status={"phase": "Pending"})
    event = make.event("FailedAttachVolume", "Multi-Attach error for volume pvc-1: already used by pod db-0")
    assert "Multi-Attach" in only("volume", pod, event).says


def test_evicted_pods_are_told_while_it_is_recent(make: Any, only: Any) -> None:
    gone = {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}
    finding = only("evicted", make.pod(status={**gone, "startTime": make.ago(90)}))
    assert "low on resource: memory" in finding.says and finding.severity == "warning"
    assert only("evicted", make.pod(status={**gone, "startTime": make.ago(9000)})).severity == "info"


def test_what_is_marked_for_deletion_and_stays_is_told_with_what_holds_it(make: Any, only: Any, found: Any) -> None:
    marked = {"deletionTimestamp": make.ago(20), "finalizers": ["example.com/wait"]}
    assert "example.com/wait" in only("stuck_deleting", make.pod(metadata=marked)).says
    assert not found(make.pod(metadata={"deletionTimestamp": make.ago(-0.4)}))


def test_pods_that_are_done_are_no_trouble(make: Any, found: Any) -> None:
    assert not found(make.pod(container={"ready": False}, status={"phase": "Succeeded"}))
