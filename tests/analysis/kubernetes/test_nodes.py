"""Nodes that are unwell or held back."""

from __future__ import annotations

from typing import Any


def test_a_node_that_is_lost_says_what_its_kubelet_did(make: Any, only: Any) -> None:
    node = make.node()
    node["status"]["conditions"] = [
        {"type": "MemoryPressure", "status": "Unknown"},
        {"type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting node status."},
    ]
    finding = only("node_not_ready", node, make.event("NodeNotReady", "gone", "Node/node-1"))
    assert "Kubelet stopped posting" in finding.says and finding.service == "node-1"
    assert str(finding.proof) == "status.conditions[1].status = Ready=Unknown"
    assert finding.since is not None


def test_pressure_is_told_by_what_it_is_short_of(make: Any, only: Any) -> None:
    node = make.node(
        status={"conditions": [{"type": "DiskPressure", "status": "True"}, {"type": "Ready", "status": "True"}]}
    )
    assert "short of disk" in only("node_pressure", node).says


def test_a_cordoned_node_is_no_alarm_by_itself(make: Any, only: Any) -> None:
    assert only("node_cordoned", make.node(spec={"unschedulable": True})).severity == "info"
