"""What Kubernetes says is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.tools.kubernetes import get_kubernetes_state


class _State:
    def __init__(self, *items: Any) -> None:
        self.items = items

    async def objects(self) -> Answer:
        rows = [
            {"kind": i["kind"], "namespace": "shop", "name": i["metadata"]["name"], "object": i} for i in self.items
        ]
        return Answer(pd.DataFrame(rows, columns=["kind", "namespace", "name", "object"]), "kubernetes.json", "fake")


@pytest.fixture
def asked(context: Any) -> Any:
    """The result among some objects."""

    async def ask(*items: Any, **arguments: Any) -> Any:
        with_state = replace(context, sources=replace(context.sources, kubernetes=_State(*items)))
        return await get_kubernetes_state.handler(with_state, get_kubernetes_state.arguments(**arguments))

    return ask


def _pod(name: str, waiting: str = "", labels: Any = None) -> dict[str, Any]:
    state = {"waiting": {"reason": waiting}} if waiting else {"running": {}}
    status = {"containerStatuses": [{"name": "main", "ready": not waiting, "state": state}], "phase": "Running"}
    return {"kind": "Pod", "metadata": {"name": name, "namespace": "shop", "labels": labels or {}}, "status": status}


_STUCK = {
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "main", "image": "reg/web:2"}]}}},
    "status": {"conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]},
}
_WEB = {
    **_pod("web-7d9c5b8f6d-x2x4z", "ImagePullBackOff"),
    "metadata": {"name": "web-7d9c5b8f6d-x2x4z", "namespace": "shop",
                 "ownerReferences": [{"kind": "ReplicaSet", "name": "web-7d9c5b8f6d"}]},
}  # fmt: skip


async def test_causes_come_first_with_their_proof(asked: Any) -> None:
    result = await asked(_STUCK, _WEB, _pod("db"))
    rows = result.facts["findings"]
    assert [row["kind"] for row in rows] == ["image_pull", "rollout_stuck"] and result.facts["alarming"] == 2
    assert (rows[0]["field"], rows[0]["value"]) == (
        "status.containerStatuses[0].state.waiting.reason",
        "ImagePullBackOff",
    )
    assert rows[1]["effect_of"] == ["image_pull Pod/web-7d9c5b8f6d-x2x4z"] and rows[1]["service"] == "web"
    assert result.summary.endswith("cannot be pulled (ImagePullBackOff).; 1 effects of that")
    assert list(result.frame["kind"]) == ["image_pull", "rollout_stuck"] and result.query == "kubernetes.json"
    assert str(result.frame["since"].dtype) == "datetime64[ns, UTC]"


async def test_where_nothing_is_wrong_it_says_among_what_it_looked(asked: Any) -> None:
    result = await asked(_pod("db"))
    assert result.summary == "nothing is wrong by its objects (1 Pods)" and result.facts["findings"] == []


async def test_one_service_comes_alone_and_a_name_that_is_not_there_is_a_gap(asked: Any) -> None:
    result = await asked(_STUCK, _WEB, _pod("db", "ErrImagePull"), service="Web-Service")
    assert {row["service"] for row in result.facts["findings"]} == {"web"} and result.facts["service"] == "web"
    with pytest.raises(SignalMissing, match="no object of Kubernetes belongs to nobody"):
        await asked(_pod("db"), service="nobody")


async def test_what_is_pasted_is_read_instead(asked: Any) -> None:
    text = "NAME  READY  STATUS  RESTARTS  AGE\napi-7d9c5b8f6d-x2x4z  0/1  ImagePullBackOff  0  5m\n"
    result = await asked(_pod("db"), pasted=text)
    assert [(row["kind"], row["service"]) for row in result.facts["findings"]] == [("image_pull", "api")]
    assert result.query == "what was pasted"
    with pytest.raises(ToolError, match=r"nothing of kubectl's output was recognised"):
        await asked(_pod("db"), pasted="my cat")


async def test_manifests_are_compared_with_what_runs(asked: Any) -> None:
    spec = "{template: {spec: {containers: [{name: main, image: 'reg/web:1'}]}}}"
    text = f"kind: Deployment\nmetadata: {{name: web}}\nspec: {spec}\n"
    result = await asked(_STUCK, pasted=text)
    (drift,) = [row for row in result.facts["findings"] if row["kind"] == "drift"]
    assert (drift["field"], drift["value"]) == ("spec.template.spec.containers[main].image", "reg/web:2")


async def test_a_policy_is_held_against_who_calls_whom(asked: Any, fake: Any) -> None:
    closed = {"kind": "NetworkPolicy", "metadata": {"name": "closed", "namespace": "shop"}}
    closed["spec"] = {"podSelector": {"matchLabels": {"app": "db"}}, "policyTypes": ["Ingress"]}
    pods = [_pod("web-0", labels={"app": "web"}), _pod("db-0", labels={"app": "db"})]
    fake.frames["calls"] = pd.DataFrame([{"caller": "web", "callee": "db"}])
    result = await asked(closed, *pods)
    assert "db gets nothing from web" in result.facts["findings"][0]["finding"]
    del fake.frames["calls"]
    assert (await asked(closed, *pods)).facts["findings"] == []


async def test_without_a_source_or_objects_it_is_a_gap(context: Any, asked: Any) -> None:
    with pytest.raises(ToolError, match="no source answers for the state of Kubernetes"):
        await get_kubernetes_state.handler(context, get_kubernetes_state.arguments())
    with pytest.raises(SignalMissing, match="there is no object of Kubernetes"):
        await asked()
