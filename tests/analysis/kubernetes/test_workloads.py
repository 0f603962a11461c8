"""Rollouts that stand, and pods that may not be made."""

from __future__ import annotations

from typing import Any

import pytest


def _stuck(make: Any) -> Any:
    condition = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    return make.deployment(status={"conditions": [condition]})


def test_a_rollout_stands_because_its_pods_do_not_come_up(make: Any, found: Any) -> None:
    pull, stuck = found(_stuck(make), make.pod(container=make.waiting("ImagePullBackOff", "not found")))
    assert (pull.kind, stuck.kind, stuck.effect_of) == ("image_pull", "rollout_stuck", (pull.key,))
    assert str(stuck.proof) == "status.conditions[0].reason = ProgressDeadlineExceeded"


def test_missing_pods_are_counted(make: Any, only: Any, found: Any) -> None:
    finding = only("replicas_missing", make.deployment(replicas=3, ready=1))
    assert finding.says == "1 of 3 pods of web are ready." and finding.severity == "warning"
    assert only("replicas_missing", make.deployment(replicas=3, ready=0)).severity == "critical"
    assert not found(make.deployment(replicas=0, ready=0)) and not found(make.deployment())
    daemons = make.any("DaemonSet", "agent", status={"desiredNumberScheduled": 3, "numberReady": 2})
    assert "2 of 3" in only("replicas_missing", daemons).says


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ('pods "web-x" is forbidden: exceeded quota: team, requested: cpu=1, used: cpu=4, limited: cpu=4', "quota"),
        ('admission webhook "policy.example.com" denied the request: no latest tag', "admission"),
        ('pods "web-x" is forbidden: violates PodSecurity "restricted": runAsNonRoot', "admission"),
        ('pods "web-x" is forbidden: error looking up service account shop/web: serviceaccount "web" not found',
         "reference_missing"),
        ('pods is forbidden: User "system:serviceaccount:a:b" cannot create resource "pods"', "forbidden"),
    ],
)  # fmt: skip
def test_pods_that_may_not_be_made_say_who_refuses(make: Any, found: Any, message: str, kind: str) -> None:
    owner = make.replica_set("web-7d9c5b8f6d", 1, [])
    owner["spec"]["replicas"], owner["status"] = 2, {"replicas": 0}
    event = make.event("FailedCreate", f"Error creating: {message}", "ReplicaSet/web-7d9c5b8f6d")
    refused, missing = found(owner, make.deployment(replicas=2, ready=0), event)
    assert (refused.kind, missing.kind, missing.effect_of) == (kind, "replicas_missing", (refused.key,))
    assert message[:60] in refused.proof.value


def test_a_condition_keeps_the_refusal_longer_than_events(make: Any, found: Any) -> None:
    message = 'pods "web-x" is forbidden: exceeded quota: team'
    condition = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}
    short = make.deployment(replicas=2, ready=0, status={"conditions": [condition]})
    event = make.event("FailedCreate", f"Error creating: {message}", "ReplicaSet/web-7d9c5b8f6d")
    refused, missing = found(short, event)
    assert (refused.kind, refused.proof.field, missing.kind) == (
        "quota",
        "status.conditions[0].message",
        "replicas_missing",
    )
    assert missing.effect_of == (refused.key,)


def test_what_was_refused_and_is_there_by_now_is_history(make: Any, found: Any) -> None:
    owner = make.replica_set("web-7d9c5b8f6d", 1, [])
    owner["spec"]["replicas"], owner["status"] = 2, {"replicas": 2}
    event = make.event("FailedCreate", "exceeded quota: team", "ReplicaSet/web-7d9c5b8f6d")
    assert not found(owner, event)


def test_a_paused_rollout_is_told_without_alarm(make: Any, only: Any) -> None:
    assert only("suspended", make.deployment(spec={"paused": True})).severity == "info"
