"""Manifests against what runs."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.analysis.kubernetes import drift
from aisre_nb.analysis.kubernetes.cluster import cluster


@pytest.fixture
def drifted() -> Any:
    return lambda wanted, *items: list(drift.findings(cluster(list(items)), [wanted]))


def _manifest(**container: Any) -> dict[str, Any]:
    spec = {"template": {"spec": {"containers": [{"name": "web", **container}]}}}
    return {"kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def test_a_field_that_runs_otherwise_is_named_with_both(make: Any, drifted: Any) -> None:
    runs = make.deployment(spec={"template": {"spec": {"containers": [{"name": "web", "image": "a:2", "tty": True}]}}})
    (finding,) = drifted(_manifest(image="a:1"), runs)
    assert str(finding.proof) == "spec.template.spec.containers[web].image = a:2"
    assert "its manifest says a:1" in finding.says and finding.severity == "warning"


def test_what_the_api_fills_in_and_equal_quantities_are_no_drift(make: Any, drifted: Any) -> None:
    own = {"name": "web", "resources": {"limits": {"cpu": "1"}}, "terminationMessagePath": "/dev/log"}
    runs = make.deployment(spec={"template": {"spec": {"containers": [own, {"name": "sidecar"}]}}})
    assert drifted(_manifest(resources={"limits": {"cpu": "1000m"}}), runs) == []


def test_an_object_that_is_not_there(make: Any, drifted: Any) -> None:
    assert "not in the cluster" in drifted(_manifest(), make.deployment("api"))[0].says
    assert drifted(_manifest()) == [], "where deployments were not listed nothing is known"
