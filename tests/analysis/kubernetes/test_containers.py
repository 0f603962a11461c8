"""What the statuses of containers say."""

from __future__ import annotations

from typing import Any

import pytest

_PULL = 'Back-off pulling image "reg/web:1": '


@pytest.mark.parametrize(
    ("message", "why", "remedy"),
    [
        (_PULL + "ErrImagePull: rpc error: reg/web:1: not found", "no such image", "back to a version"),
        (_PULL + "unauthorized: authentication required", "refuses access", "pull secret"),
        (_PULL + "toomanyrequests: You have reached your pull rate limit", "limits how often", "mirror"),
        (_PULL + "dial tcp: lookup reg: no such host", "cannot be reached", "DNS"),
        (_PULL + "no match for platform in manifest", "architecture", "Build it"),
    ],
)
def test_an_image_that_does_not_come_says_why_and_what_mends_it(
    make: Any, only: Any, message: str, why: str, remedy: str
) -> None:
    finding = only("image_pull", make.pod(container=make.waiting("ImagePullBackOff", message)))
    assert "reg/web:1" in finding.says and why in finding.says and remedy in finding.remedy
    assert finding.proof.field == "status.containerStatuses[0].state.waiting.message"
    assert (finding.severity, finding.service, str(finding.workload)) == ("critical", "web", "Deployment/web")


def test_the_reason_is_the_proof_where_there_is_no_message_and_events_tell_why(make: Any, only: Any) -> None:
    event = make.event("Failed", 'Failed to pull image "reg/web:1": unauthorized')
    finding = only("image_pull", make.pod(container=make.waiting("ErrImagePull")), event)
    assert str(finding.proof) == "status.containerStatuses[0].state.waiting.reason = ErrImagePull"
    assert "refuses access" in finding.says


def test_a_memory_kill_names_its_limit_and_when_it_began(make: Any, only: Any) -> None:
    limit = {"resources": {"limits": {"memory": "256Mi"}}}
    finding = only("oom_killed", make.pod(container=make.ended("OOMKilled", 137), has=limit))
    assert "256Mi" in finding.says and "3 times" in finding.says
    assert str(finding.proof) == "status.containerStatuses[0].lastState.terminated.reason = OOMKilled"
    assert finding.severity == "warning" and finding.since is not None and finding.since.minute == 55


def test_what_ended_long_ago_is_no_alarm_and_what_loops_is_one(make: Any, only: Any) -> None:
    assert only("oom_killed", make.pod(container=make.ended("OOMKilled", 137, minutes=3000))).severity == "info"
    loops = make.ended("OOMKilled", 137, minutes=3000, **make.waiting("CrashLoopBackOff"))
    assert only("oom_killed", make.pod(container=loops)).severity == "critical"


def test_a_liveness_probe_that_kills_is_told_apart_from_a_crash(make: Any, only: Any) -> None:
    pod = make.pod(container=make.ended("Error", 137), has={"livenessProbe": {"timeoutSeconds": 1}})
    event = make.event("Unhealthy", "Liveness probe failed: context deadline exceeded")
    finding = only("liveness_probe", pod, event)
    assert "the probe waits 1 s" in finding.says and "more time" in finding.remedy
    assert finding.proof.value == "Liveness probe failed: context deadline exceeded"
    assert only("restarts", pod).says.startswith("Container web ended (exit code 137, SIGKILL)")


def test_a_crash_loop_says_how_the_container_ended(make: Any, only: Any) -> None:
    loops = make.ended("Error", 1, **make.waiting("CrashLoopBackOff"))
    finding = only("crash_loop", make.pod(container=loops))
    assert "exit code 1" in finding.says and finding.proof.value == "1" and "--previous" in finding.remedy


@pytest.mark.parametrize(("code", "words"), [(127, "is not found"), (126, "may not be executed")])
def test_a_command_that_cannot_be_run(make: Any, only: Any, code: int, words: str) -> None:
    loops = make.ended("Error", code, **make.waiting("CrashLoopBackOff"))
    assert words in only("container_start", make.pod(container=loops)).says


def test_a_setting_that_is_missing_leads_to_its_object(make: Any, found: Any) -> None:
    waits = make.waiting("CreateContainerConfigError", 'secret "web-password" not found')
    missing, config = [
        f for f in found(make.pod(container=waits)) if f.kind in ("reference_missing", "container_config")
    ]
    assert (missing.kind, str(missing.about[0])) == ("reference_missing", "Secret/web-password")
    assert config.effect_of == (missing.key,)


def test_an_init_container_that_fails_keeps_the_pod_from_beginning(make: Any, only: Any, found: Any) -> None:
    init = {"name": "migrate", **make.ended("Error", 3, **make.waiting("CrashLoopBackOff"))}
    pod = make.pod(
        container=make.waiting("PodInitializing"), status={"phase": "Pending", "initContainerStatuses": [init]}
    )
    finding = only("init_container", pod)
    assert "migrate" in finding.says and "exit code 3" in finding.says
    done = {"name": "migrate", "state": {"terminated": {"reason": "Completed", "exitCode": 0}}}
    assert not found(make.pod(status={"initContainerStatuses": [done]}))


def test_an_init_container_that_waits_for_long_is_told_and_one_that_just_began_is_not(
    make: Any, found: Any, only: Any
) -> None:
    def pod(minutes: float) -> Any:
        init = {"name": "wait", "state": {"running": {"startedAt": make.ago(minutes)}}}
        waits = make.waiting("PodInitializing")
        return make.pod(container=waits, status={"phase": "Pending", "initContainerStatuses": [init]})

    assert "wait has not got done since 2026-03-01T11:30:00Z" in only("init_container", pod(30)).says
    assert not found(pod(2))


def test_where_nothing_listens_the_port_is_the_remedy(make: Any, only: Any) -> None:
    said = "Readiness probe failed: dial tcp 10.0.0.1:8080: connect: connection refused"
    assert "port" in only("readiness_probe", make.pod(container={"ready": False}), make.event("Unhealthy", said)).remedy


def test_a_pull_secret_that_is_missing_brings_the_pull(make: Any, found: Any) -> None:
    event = make.event(
        "FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (regcred); attempting"
    )
    missing, pull = found(make.pod(container=make.waiting("ErrImagePull")), event)
    assert str(missing.about[0]) == "Secret/regcred" and pull.effect_of == (missing.key,)


def test_a_container_that_runs_and_never_ended_is_well(make: Any, found: Any) -> None:
    assert found(make.pod()) == []
