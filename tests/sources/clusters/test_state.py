"""What a cluster is, did and said, by its API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, SignalMissing, SourceUnreachable
from aisre_nb.sources.kinds import Place
from aisre_nb.sources.kubernetes import api, connect
from aisre_nb.sources.kubernetes.options import KubernetesOptions
from aisre_nb.sources.offer import Offer
from aisre_nb.times import Window, instant

from .conftest import kubeconfig, made, pod, replica_set, template
from .server import TOKEN, KubernetesServer

pytest.importorskip("lightkube", reason="needs lightkube: pip install 'aisre-nb[kubernetes]'")

DAY = Window(instant("2026-11-23T00:00:00Z"), instant("2026-11-24T00:00:00Z"))


async def test_all_kinds_are_listed_with_their_kind_and_no_secret_leaves(
    offer: Offer, server: KubernetesServer
) -> None:
    assert offer.kubernetes is not None
    answer = await offer.kubernetes.objects()
    by_kind = answer.frame.groupby("kind")["name"].agg(list).to_dict()
    assert by_kind["ReplicaSet"] == ["shelf-b1", "shelf-b2"] and len(by_kind["Pod"]) == 3
    assert by_kind["Secret"] == ["db"] and "dGlnZXI" not in json.dumps(list(answer.frame["object"]))
    assert all(o["kind"] and o["apiVersion"] for o in answer.frame["object"])
    assert not any("may not" in note for note in answer.notes)
    assert "of all namespaces" in answer.query and server.writes() == []


async def test_lists_go_on_page_by_page_and_begin_again_where_the_place_is_gone(
    offer: Offer, server: KubernetesServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_PAGE", 10)
    for n in range(25):
        server.add(pod(f"more-{n}", "more"))
    server.expire = True
    assert offer.kubernetes is not None
    frame = (await offer.kubernetes.objects()).frame
    names = list(frame[frame["kind"] == "Pod"]["name"])
    assert len(names) == len(set(names)) == 28
    pages = [p.get("continue", "") for _, path, p, _ in server.asked if path == "/api/v1/pods" and p["limit"] == "10"]
    assert pages == ["", "10", "", "10", "20"]


async def test_what_may_not_be_listed_is_a_note_and_all_refused_is_an_error(
    offer: Offer, server: KubernetesServer
) -> None:
    assert offer.kubernetes is not None
    server.denied = {"list secrets", "list pods everywhere"}
    answer = await offer.kubernetes.objects()
    assert "the account may not list secrets" in answer.notes
    assert "of namespaces shop" in answer.query and "Pod" in set(answer.frame["kind"])
    server.denied = {f"list {plural}" for plural in ("pods",)}
    server.items.clear()
    answer = await offer.kubernetes.objects()
    assert answer.frame.empty and "the account may not list pods" in answer.notes


async def test_a_rollout_is_a_change_with_images_times_and_cause(offer: Offer, server: KubernetesServer) -> None:
    server.add(replica_set("lamp", 4, "2026-11-23T09:00:00Z", template("lamp", "1.0")))
    server.add(replica_set("lamp", 5, "2026-11-23T11:00:00Z", template("lamp", "1.0", args=["--slow"])))
    lamp = {**server.one("Deployment", "shelf"), "spec": {"template": template("lamp", "1.0", args=["--slow"])}}
    server.add({**lamp, "metadata": {"name": "lamp", "namespace": "shop", "labels": {"app": "lamp"}}})
    scaler = {"kind": "HorizontalPodAutoscaler", "name": "lamp", "namespace": "shop"}
    event = {"involvedObject": scaler, "type": "Normal", "reason": "SuccessfulRescale",
             "message": "New size: 5; reason: cpu resource utilization above target",
             "firstTimestamp": "2026-11-23T11:30:00Z", "lastTimestamp": "2026-11-23T11:30:00Z"}  # fmt: skip
    server.add({"kind": "Event", "metadata": {"name": "lamp.1", "namespace": "shop"}, **event})
    about = {
        "involvedObject": {"kind": "Node", "name": "node-1"},
        "reason": "NodeNotReady",
        "message": "it is not ready",
    }
    server.add({"kind": "Event", "metadata": {"name": "node-1.1", "namespace": "default"}, **event, **about})
    assert offer.changes is not None
    frame = (await offer.changes.changes(Window(instant("2026-11-23T09:30:00Z"), DAY.end))).frame
    rows = [tuple(row) for row in frame[["kind", "service", "from", "to"]].itertuples(index=False)]
    assert sorted(rows) == [
        ("config", "lamp", "", ""), ("deployment", "shelf", "0.1.0", "0.2.0"), ("k8s_event", "", "", ""),
        ("scale", "lamp", "", "5"),
    ]  # fmt: skip
    titles = dict(zip(frame["kind"], frame["title"], strict=True))
    assert titles["deployment"] == "Deployment shelf: revision 2: Deploy shelf 0.2.0"
    assert "args (none) → ['--slow']" in titles["config"] and "Node node-1: NodeNotReady" in titles["k8s_event"]
    only = (await offer.changes.changes(DAY, "shelf")).frame
    assert list(only["time"].dt.hour) == [10, 8] and set(only["service"]) == {"shelf"}


async def test_a_revision_that_came_back_is_told_when_it_did(offer: Offer, server: KubernetesServer) -> None:
    old = server.one("ReplicaSet", "shelf-b1")["metadata"]["annotations"]
    old |= {"deployment.kubernetes.io/revision": "3", "deployment.kubernetes.io/revision-history": "1"}
    about = {"kind": "Deployment", "name": "shelf", "namespace": "shop"}
    event = {"involvedObject": about, "reason": "ScalingReplicaSet",
             "message": "Scaled up replica set shelf-b1 to 1 from 0",
             "firstTimestamp": "2026-11-23T12:00:00Z"}  # fmt: skip
    server.add({"kind": "Event", "metadata": {"name": "shelf.1", "namespace": "shop"}, **event})
    assert offer.changes is not None
    frame = (await offer.changes.changes(DAY, "shelf")).frame
    [first, *_] = frame.to_dict("records")
    assert (first["time"].hour, first["from"], first["to"]) == (12, "0.2.0", "0.1.0")
    assert "revision 3 again" in first["title"]


LOG = """\
2026-11-23T09:00:00.1Z INFO begun
2026-11-23T10:00:01.000000001Z INFO request trace_id=0123456789abcdef0123456789abcdef done
2026-11-23T10:00:02Z {"level": "warning", "msg": "slow", "ms": 900, "nested": {"a": 1}}
2026-11-23T10:00:03Z ERROR request failed
2026-11-23T10:00:03Z Traceback (most recent call last):
2026-11-23T10:00:03Z   File "/app/shelf/totals.py", line 3, in total
2026-11-23T10:00:03Z UnboundLocalError: result
2026-11-23T10:00:04Z E1123 10:00:04.1 1 main.go:1] no disk
"""


async def test_logs_are_records_and_what_a_container_said_before_it_died_is_there(
    offer: Offer, server: KubernetesServer
) -> None:
    server.logs[("shelf-b2-aaaaa", "shelf", False)] = LOG
    server.logs[("shelf-b2-bbbbb", "shelf", True)] = "2026-11-23T10:01:00Z FATAL out of memory\n"
    server.logs[("shelf-b2-bbbbb", "shelf", False)] = ""
    died = {"terminated": {"reason": "OOMKilled", "finishedAt": "2026-11-23T10:01:00Z"}}
    server.one("Pod", "shelf-b2-bbbbb")["status"]["containerStatuses"][0] |= {"restartCount": 1, "lastState": died}
    assert offer.logs is not None
    window = Window(instant("2026-11-23T10:00:00Z"), instant("2026-11-23T11:00:00Z"))
    answer = await offer.logs.logs("shelf", window)
    frame = answer.frame
    assert list(frame["severity"]) == ["info", "warn", "error", "error", "fatal"]
    assert frame["body"][2].startswith("ERROR request failed\nTraceback") and frame["body"][2].endswith("Error: result")
    assert frame["trace_id"][0] == "0123456789abcdef0123456789abcdef" and frame["attributes"][1]["ms"] == "900"
    assert frame["body"][1] == "slow" and frame["attributes"][4]["k8s.container.previous"] == "true"
    assert "shelf-b2-ccccc" in answer.notes[0] and len(answer.notes) == 1
    worse = (await offer.logs.logs("shelf", window, severity="error", contains="REQUEST")).frame
    assert len(worse) == 1 and worse["time"][0] == frame["time"][2]
    with pytest.raises(SignalMissing, match="service by service"):
        await offer.logs.log_sample(window, 10)


async def test_use_is_held_against_requests_and_limits(offer: Offer, server: KubernetesServer) -> None:
    own = server.one("Pod", "shelf-b2-aaaaa")["spec"]["containers"][0]
    own["resources"] = {"requests": {"cpu": "250m"}, "limits": {"memory": "512Mi"}}
    use = {"containers": [{"name": "shelf", "usage": {"cpu": "731m", "memory": "500Mi"}}]}
    server.add({"kind": "PodMetrics", "metadata": {"name": "shelf-b2-aaaaa", "namespace": "shop"}, **use})
    source: Any = offer.source
    frame = (await source.usage()).frame.set_index("name")
    row = frame.loc["shelf-b2-aaaaa"]
    assert (row["cpu"], row["cpu_request"], row["memory"] / row["memory_limit"]) == (0.731, 0.25, 500 / 512)
    assert frame.loc["node-1"]["memory_limit"] == 8 * 2**30 and frame["cpu"].isna().sum() == 3


async def test_health_says_what_the_account_may(offer: Offer, server: KubernetesServer, tmp_path: Path) -> None:
    health = await offer.source.health()
    assert health.ok and "Kubernetes v1.33.1; all namespaces" in health.detail
    assert "rollback, restart, scale, cordon where they are approved" in health.may
    server.denied = {"patch deployments", "patch nodes", "patch deployments/scale", "get pods/log"}
    may = (await offer.source.health()).may
    assert "but not pods/log" in may and "the account may change nothing" in may
    reading = made(server.url, tmp_path, act=False, logs=False, namespaces=["shop"])
    assert reading.cluster is None and reading.logs is None and "act = false" in (await reading.source.health()).may
    wrong = made(server.url, tmp_path)
    kubeconfig(tmp_path / "wrong", server.url, {"token": f"{TOKEN}x"})
    wrong = made(server.url, tmp_path, {"KUBECONFIG": f"{tmp_path / 'none'}:{tmp_path / 'wrong'}"})
    health = await wrong.source.health()
    assert not health.ok and "401" in health.detail and TOKEN not in health.detail + repr(wrong)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"context": "elsewhere"}, "has no context 'elsewhere' → write context = \"…\"; there are broken, here"),
        ({"context": "broken"}, "names a cluster or a user that it has not"),
        ({"kubeconfig": "nowhere"}, "nowhere is not there"),
        ({"kubeconfig": "bad"}, "bad is no kubeconfig"),
        ({"kubeconfig": "program"}, "which is not run from aisre.toml"),
        ({"namespaces": ["Shop!"]}, "'Shop!' is no namespace"),
        ({"server": "https://x"}, "has server, which means nothing"),
    ],
)
def test_what_is_wrong_is_one_line_without_a_secret(tmp_path: Path, spec: dict[str, Any], told: str) -> None:
    (tmp_path / "bad").write_text(f"users: [{{name: u, user: {{token: {TOKEN}\n")
    program = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "touch", "args": ["x"]}}
    kubeconfig(tmp_path / "program", "http://127.0.0.1:1", program)
    with pytest.raises(ConfigurationError) as caught:
        made("http://127.0.0.1:1", tmp_path, **spec)
    assert told in str(caught.value) and "[sources.prod]" in str(caught.value) and TOKEN not in str(caught.value)


async def test_a_program_of_the_users_own_kubeconfig_gives_the_token(server: KubernetesServer, tmp_path: Path) -> None:
    script = tmp_path / "login"
    said = {"kind": "ExecCredential", "status": {"token": TOKEN}}
    script.write_text(f"#!/bin/sh\necho '{json.dumps(said)}'\n")
    script.chmod(0o755)
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(script)}}
    environ = {"KUBECONFIG": str(kubeconfig(tmp_path / "own", server.url, user))}
    assert (await made(server.url, tmp_path, environ).source.health()).ok
    script.write_text(f"#!/bin/sh\necho {TOKEN} >&2; exit 1\n")
    failing = made(server.url, tmp_path, environ).kubernetes
    assert failing is not None
    with pytest.raises(SourceUnreachable, match="names for credentials gave none") as caught:
        await failing.objects()
    assert TOKEN not in str(caught.value)


async def test_in_a_cluster_the_pods_own_account_asks(
    server: KubernetesServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "namespace").write_text("shop\n")
    monkeypatch.setattr(connect, "_ACCOUNT", tmp_path)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"}
    found = connect.connection("here", KubernetesOptions(type="kubernetes"), Place(tmp_path, environ))
    assert (found.access.url, found.namespace) == ("https://[fd00::1]:6443", "shop")
    # The variable that kubectl reads goes first.
    file = kubeconfig(tmp_path / "own", server.url, {"token": TOKEN})
    named = Place(tmp_path, {**environ, "KUBECONFIG": str(file)})
    assert connect.connection("here", KubernetesOptions(type="kubernetes"), named).access.url == server.url
