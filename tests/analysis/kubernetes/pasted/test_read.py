"""What people paste."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.kubernetes.cluster import cluster
from aisre_nb.analysis.kubernetes.find import find
from aisre_nb.analysis.kubernetes.pasted.ages import age, times
from aisre_nb.analysis.kubernetes.pasted.read import read

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

DESCRIBED = """\
Name:             web-7d9c5b8f6d-x2x4z
Namespace:        shop
Node:             worker-1/10.0.0.4
Start Time:       Sun, 01 Mar 2026 11:20:00 +0000
Labels:           app=web
                  pod-template-hash=7d9c5b8f6d
Status:           Running
Controlled By:    ReplicaSet/web-7d9c5b8f6d
Containers:
  web:
    Image:          reg/web:1.2
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Sun, 01 Mar 2026 11:50:00 +0000
      Finished:     Sun, 01 Mar 2026 11:55:00 +0000
    Ready:          False
    Restart Count:  7
    Limits:
      memory:  128Mi
    Liveness:     http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3
Conditions:
  Type              Status
  Ready             False
  PodScheduled      True
Events:
  Type     Reason   Age                  From     Message
  ----     ------   ----                 ----     -------
  Normal   Pulled   5m (x7 over 40m)     kubelet  Container image "reg/web:1.2" already present on machine
  Warning  BackOff  2m (x40 over 38m)    kubelet  Back-off restarting failed container web in pod web-7d9c5b8f6d-x2x4z
"""
EVENTS = """\
LAST SEEN   TYPE      REASON             OBJECT                       MESSAGE
2m          Warning   FailedScheduling   pod/api-6f7d4c9b8d-bbbbb     0/3 nodes are available: 3 Insufficient memory.
4m55s       Warning   FailedMount        pod/db-0                     SetUp failed: configmap "db-cfg" not found
<unknown>   Normal    Scheduled          pod/web-1                    Successfully assigned
"""  # fmt: skip
PODS = """\
NAME                     READY   STATUS                  RESTARTS        AGE
cart-5d7f9c6b4-2xkqp     0/1     ImagePullBackOff        0               10m
cart-5d7f9c6b4-9zkqp     1/1     Running                 3 (5m ago)      3h
pay-5d7f9c6b4-9zkqp      0/1     Init:CrashLoopBackOff   3 (5m ago)      10m
old-5d7f9c6b4-9zkqp      0/1     Completed               0               9d
"""


def _found(text: str) -> list[Any]:
    return find(cluster(list(read(text, NOW).objects), NOW, complete=False))


def test_a_description_of_a_pod_says_what_its_object_would() -> None:
    pod, _, backoff = read(DESCRIBED, NOW).objects
    assert pod["kind"] == "Pod" and pod["metadata"]["labels"]["app"] == "web"
    assert pod["spec"]["nodeName"] == "worker-1" and pod["metadata"]["creationTimestamp"] == "2026-03-01T11:20:00Z"
    (container,) = pod["spec"]["containers"]
    assert container["resources"] == {"limits": {"memory": "128Mi"}}
    assert container["livenessProbe"] == {"delaySeconds": 0, "timeoutSeconds": 1, "periodSeconds": 10}
    (status,) = pod["status"]["containerStatuses"]
    assert (status["restartCount"], status["ready"]) == (7, False)
    assert status["lastState"]["terminated"]["finishedAt"] == "2026-03-01T11:55:00Z"
    assert (backoff["count"], backoff["firstTimestamp"]) == (40, "2026-03-01T11:22:00Z")
    (finding,) = _found(DESCRIBED)
    assert finding.kind == "oom_killed" and "128Mi" in finding.says and finding.service == "web"


def test_tables_of_events_and_pods() -> None:
    kinds = {(f.kind, f.service) for f in _found(EVENTS)}
    assert kinds == {("unschedulable", "api"), ("reference_missing", "db")}
    kinds = {(f.kind, f.service, f.severity) for f in _found(PODS)}
    assert kinds == {
        ("image_pull", "cart", "critical"), ("restarts", "cart", "warning"), ("init_container", "pay", "critical"),
    }  # fmt: skip


@pytest.mark.parametrize("moved", ["  ", "\t", "      "])
def test_columns_that_a_chat_has_moved_are_read_all_the_same(moved: str) -> None:
    import re

    text = "\n".join(re.sub(r" {2,}", moved, line) for line in EVENTS.splitlines())
    assert {f.kind for f in _found(text)} == {"unschedulable", "reference_missing"}


def test_one_after_the_other_with_prompts_and_fences() -> None:
    text = f"$ kubectl get events\n{EVENTS}\n```\n$ kubectl get pods\n{PODS}```\n{DESCRIBED}\n"
    assert {"unschedulable", "image_pull", "oom_killed"} <= {f.kind for f in _found(text)}


def test_a_service_without_endpoints() -> None:
    text = "Name: web\nNamespace: shop\nSelector: app=web\nType: ClusterIP\nTargetPort: http/TCP\nEndpoints: <none>\n"
    assert [f.kind for f in _found(text)] == ["no_endpoints"]
    assert _found(text.replace("<none>", "10.0.0.1:80,10.0.0.2:80")) == []


def test_a_deployment_that_is_short_of_pods() -> None:
    text = """\
Name: web
Replicas: 3 desired | 1 updated | 3 total | 1 available | 2 unavailable
StrategyType: RollingUpdate
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      False   MinimumReplicasUnavailable
  Progressing    False   ProgressDeadlineExceeded
"""
    assert [f.kind for f in _found(text)] == ["rollout_stuck"]


def test_manifests_are_kept_apart_from_what_runs() -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n---\nkind: [1\n"
    given_ = read(text)
    assert [m["metadata"]["name"] for m in given_.manifests] == ["web"] and not given_.objects
    assert "from document 2 on the manifests cannot be read" in given_.notes[0]
    told = json.dumps(
        {"kind": "List", "items": [{"kind": "Pod", "metadata": {"name": "p"}, "status": {"phase": "Failed"}}]}
    )
    assert [o["kind"] for o in read(told).objects] == ["Pod"]


def test_a_document_that_doubles_itself_is_left_out() -> None:
    lines = ["kind: ConfigMap", "metadata: {name: x}", "a0: &a0 [1, 1]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    assert read("\n".join(lines)).notes == ("a document with too many values was left out",)
    assert read("kind: A\nmetadata: &m\n  name: x\n  self: *m\n").notes


def test_ages() -> None:
    assert age("2d5h") is not None and age("5") is None and age("99999999s") is None
    assert times("3m", NOW) == {
        "count": 1,
        "lastTimestamp": "2026-03-01T11:57:00Z",
        "firstTimestamp": "2026-03-01T11:57:00Z",
    }
    assert times("<unknown>", NOW) == {"count": 1} and times("x", None) == {"count": 1}


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    read(text, NOW)


_LINES = [
    *DESCRIBED.splitlines(),
    *EVENTS.splitlines(),
    *PODS.splitlines(),
    "",
    "kind: Pod",
    "metadata:",
    "  name: x",
    "---",
]


@given(st.lists(st.tuples(st.sampled_from(_LINES), st.integers(0, 60), st.text(max_size=5)), max_size=30))
def test_any_mixture_of_its_lines_can_be_read_and_judged(parts: list[tuple[str, int, str]]) -> None:
    _found("\n".join(line[:cut] + odd + line[cut:] for line, cut, odd in parts))


def test_a_long_paste_is_cut() -> None:
    assert "only the first" in read("x" * 2_000_000).notes[0]
