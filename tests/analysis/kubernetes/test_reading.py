"""Reading objects that anybody may have written."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.kubernetes.cluster import cluster
from aisre_nb.analysis.kubernetes.find import find
from aisre_nb.analysis.kubernetes.finding import Ref, plain
from aisre_nb.analysis.kubernetes.messages import meaning
from aisre_nb.analysis.kubernetes.reading import quantity, selects


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", "0.5"), ("2", "2"), ("1Gi", str(2**30)), ("1e3", "1000"), ("128Mi", str(2**27)), (".5", "0.5"), (4, "4")],
)
def test_quantities(text: Any, value: str) -> None:
    assert quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "x", "1x", None, True, [], "1e999", "--1"])
def test_what_is_no_quantity_is_none(text: Any) -> None:
    assert quantity(text) is None


def test_selectors() -> None:
    def holds(operator: str, values: Any = None) -> bool:
        return selects({"matchExpressions": [{"key": "a", "operator": operator, "values": values}]}, {"a": "1"})

    assert selects({}, {}) and not selects(None, {"a": "1"})
    assert selects({"matchLabels": {"a": "1"}}, {"a": "1"}) and not selects({"matchLabels": {"a": "2"}}, {"a": "1"})
    assert holds("In", ["1"]) and holds("Exists") and not holds("NotIn", ["1"]) and not holds("DoesNotExist")
    assert not holds("Like", ["1"])


@pytest.mark.parametrize(
    ("name", "workload"),
    [
        ("web-7d9c5b8f6d-x2x4z", "Deployment/web"),
        ("my-web-app-5c4b8f6d77-bbbbb", "Deployment/my-web-app"),
        ("db-0", "Workload/db"),
        ("agent-x2x4z", "Workload/agent"),
        ("web", "Pod/web"),
    ],
)
def test_the_workload_is_read_from_a_name_alone(name: str, workload: str) -> None:
    assert str(cluster([]).workload(Ref("Pod", name, "shop"))) == workload


def test_the_service_is_the_label_before_the_name(make: Any) -> None:
    pod = make.pod(metadata={"labels": {"app.kubernetes.io/name": "storefront"}})
    assert cluster([pod]).service(Ref("Pod", pod["metadata"]["name"], "shop")) == "storefront"


def test_items_of_a_list_take_their_kind_from_it() -> None:
    known = cluster({"kind": "PodList", "items": [{"metadata": {"name": "p"}}]})
    assert [item["kind"] for item in known.items] == ["Pod"]


def test_what_systems_wrote_is_one_bounded_line_without_tricks() -> None:
    assert plain("a\n\x1b[31mb\u202ec", 300) == "a bc" and len(plain("x" * 10_000_000)) == 300


@given(st.text(max_size=300))
def test_every_message_can_be_read(text: str) -> None:
    meaning(text)


_ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "status", "spec", "metadata", "conditions", "containerStatuses", "initContainerStatuses", "state", "lastState",
        "waiting", "terminated", "running", "name", "namespace", "labels", "ownerReferences", "containers", "ports",
        "selector", "podSelector", "ingress", "egress", "template", "type", "reason", "message", "exitCode", "envFrom",
        "volumes", "annotations", "managedFields", "time", "finishedAt", "hard", "used", "policyTypes", "allocatable",
    ]), inner, max_size=5),
    max_leaves=25,
)  # fmt: skip
_KINDS = st.sampled_from([
    "Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Service", "Endpoints", "EndpointSlice", "Event",
    "Node", "ResourceQuota", "PersistentVolumeClaim", "HorizontalPodAutoscaler", "NetworkPolicy", "Job", "CronJob",
    "Secret", "Certificate", "Namespace",
])  # fmt: skip


@given(st.lists(st.tuples(_KINDS, _ODD, _ODD, st.sampled_from("ab")), max_size=6))
def test_no_object_raises(parts: list[Any]) -> None:
    items = [
        {
            "kind": kind,
            "metadata": {"name": name, "labels": spec, "annotations": status},
            "spec": spec,
            "status": status,
        }
        for kind, spec, status, name in parts
    ]
    find(cluster(items), [("a", "b"), ("b", "a")])
