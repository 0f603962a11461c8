"""What events alone tell."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("reason", "message", "kind"),
    [
        ("BackOff", "Back-off restarting failed container web", "crash_loop"),
        ("BackOff", 'Back-off pulling image "reg/web:1"', "image_pull"),
        ("Failed", 'Failed to pull image "reg/web:1": not found', "image_pull"),
        ("FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu.", "unschedulable"),
        ("FailedMount", "MountVolume.SetUp failed for volume data: timed out", "volume"),
        ("FailedMount", 'MountVolume.SetUp failed: secret "web-tls" not found', "reference_missing"),
        ("Unhealthy", "Liveness probe failed: timeout", "liveness_probe"),
        ("Unhealthy", "Readiness probe failed: 503", "readiness_probe"),
        ("OOMKilling", "Memory cgroup out of memory: Killed process 7", "oom_killed"),
        ("Evicted", "The node was low on resource: memory.", "evicted"),
    ],
)
def test_events_are_enough_where_no_pods_were_listed(
    make: Any, only: Any, reason: str, message: str, kind: str
) -> None:
    finding = only(kind, make.event(reason, message))
    assert finding.service == "web" and message[:40] in finding.proof.value and finding.severity != "info"


def test_the_events_of_a_pod_that_is_gone_or_well_are_history(make: Any, found: Any) -> None:
    event = make.event("FailedScheduling", "0/3 nodes are available: 3 Insufficient cpu.")
    assert not found(event, make.pod("web-7d9c5b8f6d-other")) and not found(event, make.pod())
    assert not found(make.event("FailedScheduling", "0/3", firstTimestamp=make.ago(900), lastTimestamp=make.ago(900)))


def test_a_probe_that_failed_once_is_no_alarm(make: Any, only: Any) -> None:
    assert only("readiness_probe", make.event("Unhealthy", "Readiness probe failed: 503", count=1)).severity == "info"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Get https://api/: x509: certificate has expired or is not yet valid", "certificate"),
        ("dial tcp: lookup db.shop.svc on 10.0.0.10:53: no such host", "dns"),
        ('User "system:serviceaccount:shop:web" cannot list resource "pods" in API group ""', "forbidden"),
    ],
)
def test_what_no_state_shows_is_told_of_objects_that_are_there(make: Any, only: Any, message: str, kind: str) -> None:
    loops = make.ended("Error", 1, **make.waiting("CrashLoopBackOff"))
    assert only(kind, make.pod(container=loops), make.event("SyncFailed", message)).severity == "warning"
    assert only(kind, make.pod(), make.event("SyncFailed", message)).severity == "info"


def test_a_kill_by_the_nodes_kernel_is_told_though_the_node_is_listed(make: Any, only: Any) -> None:
    event = make.event("SystemOOM", "System OOM encountered, victim process: java, pid: 7", "Node/node-1")
    assert only("oom_killed", make.node(), event).service == "node-1"


def test_normal_events_are_no_findings(make: Any, found: Any) -> None:
    assert not found(make.event("Pulled", "Successfully pulled image", type="Normal"))
