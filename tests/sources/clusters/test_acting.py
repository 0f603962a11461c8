"""Actions on a cluster: shown, done on exactly what was shown, and taken back."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aisre_nb.errors import AisreError, ChangeConflict, ToolError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.sources.cluster import Cluster
from aisre_nb.sources.offer import Offer, together
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.actions import TOOLS
from aisre_nb.tools.registry import tools_for
from aisre_nb.tools.tool import ToolContext
from aisre_nb.tools.undoing import undo_action

from .conftest import deployment, pod, template
from .server import KubernetesServer

pytest.importorskip("lightkube", reason="needs lightkube: pip install 'aisre-nb[kubernetes]'")

IMAGE = "registry.shop.example/shelf"
ROLLBACK = {"action": "rollback", "service": "shelf"}
SCALE = {"action": "scale", "service": "shelf", "replicas": 5}


@pytest.fixture
def cluster(offer: Offer) -> Cluster:
    assert offer.cluster is not None
    return offer.cluster


async def _rows(cluster: Cluster, action: Any) -> list[tuple[str, str, str]]:
    return [(row.what, row.before, row.after) for row in (await cluster.preview(action)).rows]


async def test_a_rollback_sets_the_template_of_the_revision_before(cluster: Cluster, server: KubernetesServer) -> None:
    planned = await cluster.preview(ROLLBACK)
    assert planned.title == "Roll shelf back from revision 2 to 1"
    assert planned.scope == "namespace shop, deployment shelf"
    assert await _rows(cluster, ROLLBACK) == [
        ("revision", "2", "1 again"),
        ("containers[shelf].image", f"{IMAGE}:0.2.0", f"{IMAGE}:0.1.0"),
        ("pods", "3 of revision 2", "replaced one after the other"),
    ]
    assert planned.undo == {"action": "rollback", "service": "shop/shelf", "to": "revision 2"}
    assert server.writes() == []
    done = await cluster.apply(ROLLBACK)
    assert server.one("Deployment", "shelf")["spec"]["template"] == template("shelf", "0.1.0")
    assert server.writes() == [("PATCH", "/apis/apps/v1/namespaces/shop/deployments/shelf")]
    assert done.undo == planned.undo and (datetime.now(UTC) - done.at).total_seconds() < 60
    # What the controller does then.
    server.one("ReplicaSet", "shelf-b1")["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "3"
    assert done.undo is not None
    assert (await cluster.preview(done.undo)).title == "Roll shelf back from revision 3 to 2"
    await cluster.apply(done.undo)
    assert server.one("Deployment", "shelf")["spec"]["template"] == template("shelf", "0.2.0")


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ({**ROLLBACK, "to": "9.9"}, r"no earlier revision 9\.9 → earlier are revision 1 \(0\.1\.0\)"),
        ({**ROLLBACK, "service": "lamp"}, "no workload of 'lamp' → there is shelf"),
        ({**SCALE, "replicas": 3}, "has 3 replicas already"),
        ({**SCALE, "replicas": -1}, "a whole number of replicas"),
        ({"action": "cordon", "node": "node-9"}, "no node 'node-9' → there is node-1"),
        ({"action": "cordon", "node": "../pods"}, "no node"),
        ({"action": "uncordon", "node": "node-1"}, "takes new pods already"),
        ({"action": "delete", "service": "shelf"}, "'delete' is no action"),
    ],
)
async def test_what_cannot_be_done_is_said_before(
    cluster: Cluster, server: KubernetesServer, action: Any, told: str
) -> None:
    with pytest.raises(ToolError, match=told):
        await cluster.preview(action)
    assert server.writes() == []


async def test_a_service_in_two_namespaces_must_be_named(cluster: Cluster, server: KubernetesServer) -> None:
    other = deployment("shelf", "0.2.0")
    other["metadata"]["namespace"] = "test"
    server.add(other, "other")
    with pytest.raises(ToolError, match="is 2 workloads → name one: shop/shelf, test/shelf"):
        await cluster.preview(SCALE)
    await cluster.preview({**SCALE, "service": "test/shelf"})
    await cluster.apply({**SCALE, "service": "test/shelf"})
    spaces = {i["metadata"]["namespace"]: i["spec"]["replicas"] for i in server.items if i["kind"] == "Deployment"}
    assert spaces == {"shop": 3, "test": 5}


async def test_scaling_goes_through_its_own_door_and_says_who_else_scales(
    cluster: Cluster, server: KubernetesServer
) -> None:
    scaler = {"scaleTargetRef": {"kind": "Deployment", "name": "shelf"}, "minReplicas": 2, "maxReplicas": 4}
    server.add({"kind": "HorizontalPodAutoscaler", "metadata": {"name": "s", "namespace": "shop"}, "spec": scaler})
    server.denied = {"patch deployments"}
    assert (await _rows(cluster, SCALE))[1] == (
        "autoscaler", "2 to 4", "goes on to set the replicas, and soon has the last word",
    )  # fmt: skip
    done = await cluster.apply(SCALE)
    assert server.one("Deployment", "shelf")["spec"]["replicas"] == 5
    assert done.undo == {"action": "scale", "service": "shop/shelf", "replicas": 3}
    with pytest.raises(AisreError, match="403"):
        await cluster.apply(ROLLBACK)


async def test_a_restart_stamps_the_template(cluster: Cluster, server: KubernetesServer) -> None:
    action = {"action": "restart", "service": "shelf"}
    assert (await cluster.preview(action)).undo is None
    await cluster.apply(action)
    made = server.one("Deployment", "shelf")["spec"]["template"]
    stamp = made["metadata"].pop("annotations")["kubectl.kubernetes.io/restartedAt"]
    assert made == template("shelf", "0.2.0") and stamp.endswith("Z")


async def test_a_node_is_cordoned_drained_as_far_as_budgets_let_and_taken_back(
    cluster: Cluster, server: KubernetesServer
) -> None:
    for kind, name in (("DaemonSet", "agent-x"), ("ReplicaSet", "shelf-b2-elsewhere")):
        one = pod(name, "shelf")
        one["metadata"]["ownerReferences"][0]["kind"] = kind
        one["spec"]["nodeName"] = "node-1" if kind == "DaemonSet" else "node-2"
        server.add(one)
    server.protected = {"shelf-b2-bbbbb"}
    action = {"action": "cordon", "node": "node-1", "drain": True}
    rows = await _rows(cluster, action)
    assert rows[0] == ("takes new pods", "yes", "no") and [row[0][-5:] for row in rows[1:]] == [
        "aaaaa",
        "bbbbb",
        "ccccc",
    ]
    done = await cluster.apply(action)
    assert "2 of 3 pods were evicted; not shop/shelf-b2-bbbbb" in done.text and "disruption budget" in done.text
    assert {i["metadata"]["name"] for i in server.items if i["kind"] == "Pod"} == {
        "shelf-b2-bbbbb", "shelf-b2-elsewhere", "agent-x",
    }  # fmt: skip
    assert server.one("Node", "node-1")["spec"] == {"podCIDR": "10.0.0.0/24", "unschedulable": True}
    assert done.undo == {"action": "uncordon", "node": "node-1"}
    await cluster.apply(done.undo)
    assert server.one("Node", "node-1")["spec"] == {"podCIDR": "10.0.0.0/24"}


@pytest.mark.parametrize("action", [ROLLBACK, SCALE, {"action": "restart", "service": "shelf"}])
async def test_nothing_runs_on_another_object_than_was_shown(
    cluster: Cluster, server: KubernetesServer, action: Any
) -> None:
    item = server.one("Deployment", "shelf")
    for moved in ({"replicas": 4}, {"template": template("shelf", "0.3.0")}):
        await cluster.preview(action)
        before = copy.deepcopy(item)
        item["spec"] |= moved
        server.touch("Deployment", "shelf")
        with pytest.raises(ChangeConflict, match="is not as it was shown"):
            await cluster.apply(action)
        item["spec"] = before["spec"]
    await cluster.preview(action)
    # The same name, and somebody else's object.
    item["metadata"]["uid"] = "another"
    with pytest.raises(ChangeConflict, match="is not as it was shown"):
        await cluster.apply(action)
    assert server.writes() == []


@pytest.mark.parametrize(("spec_too", "runs"), [(False, True), (True, False)])
async def test_between_a_last_look_and_the_patch_a_status_may_move_and_the_spec_may_not(
    cluster: Cluster, server: KubernetesServer, spec_too: bool, runs: bool
) -> None:
    await cluster.preview(SCALE)
    once = []

    def meanwhile() -> None:
        if not once:
            once.append(1)
            server.touch("Deployment", "shelf")
            if spec_too:
                server.one("Deployment", "shelf")["spec"]["replicas"] = 7

    server.before_patch = meanwhile
    if runs:
        await cluster.apply(SCALE)
    else:
        with pytest.raises(ChangeConflict, match="is not as it was shown"):
            await cluster.apply(SCALE)
    assert server.one("Deployment", "shelf")["spec"]["replicas"] == (5 if runs else 7)
    assert len(server.writes()) == (2 if runs else 1)


async def test_the_tools_show_it_refuse_what_moved_and_undo_it(offer: Offer, server: KubernetesServer) -> None:
    sources = together([offer])
    names = {tool.name for tool in tools_for(sources)}
    assert {"rollback_deployment", "scale_deployment", "restart_deployment", "cordon_node", "undo_action"} <= names
    assert not {"set_flag", "set_config", "merge_pull_request"} & names
    context = ToolContext(sources, datetime.now(UTC), {})
    tool = TOOLS["scale"]
    given = tool.arguments(service="shelf", replicas=5, reason="p95 is 2 s [E3]")
    assert tool.preview is not None
    view = await tool.preview(context, given)
    assert view.body == "p95 is 2 s [E3]\n\nUndo: scale service=shop/shelf replicas=3"
    server.one("Deployment", "shelf")["spec"]["replicas"] = 4
    with pytest.raises(ChangeConflict):
        await tool.handler(replace(context, approved=view), given)
    assert server.writes() == []
    result = await tool.handler(replace(context, approved=await tool.preview(context, given)), given)
    kept = Evidence("E1", "table", result.title, result.summary, tool.name, {}, facts=result.facts)
    later = replace(context, evidence={"E1": kept})
    await undo_action.handler(later, undo_action.arguments(step="E1"))
    assert server.one("Deployment", "shelf")["spec"]["replicas"] == 4


def test_logs_of_pods_are_asked_where_nobody_else_has_logs(offer: Offer) -> None:
    stored: Any = type("Store", (), {"name": "store"})()
    assert together([offer]).logs is offer.logs
    both: Sources = together([offer, Offer(stored, logs=stored)])
    assert both.logs is stored and "prod is not asked for logs: store goes before it" in both.notes
