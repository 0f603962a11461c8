"""Services that lead nowhere."""

from __future__ import annotations

from typing import Any


def test_a_selector_that_selects_nothing_names_the_labels_that_there_are(make: Any, only: Any) -> None:
    service = make.service(spec={"selector": {"app": "webb"}})
    finding = only("selector_without_pods", service, make.deployment(), make.pod())
    assert "app=webb" in finding.says and "those of web have app=web" in finding.says
    assert str(finding.proof) == "spec.selector = app=webb"


def test_a_service_without_ready_pods_is_an_effect_of_its_pods(make: Any, found: Any) -> None:
    loops = make.ended("Error", 1, **make.waiting("CrashLoopBackOff"))
    crash, empty = found(make.service(), make.pod(container=loops))
    assert (crash.kind, empty.kind, empty.effect_of) == ("crash_loop", "no_endpoints", (crash.key,))


def test_a_service_with_one_ready_pod_is_well(make: Any, found: Any) -> None:
    assert [f.kind for f in found(make.service(), make.pod(), make.pod("web-7d9c5b8f6d-bbbbb", {"ready": False}))] == [
        "not_ready"
    ]


def test_a_workload_that_is_scaled_to_none_is_named(make: Any, only: Any) -> None:
    finding = only(
        "no_endpoints", make.service(), make.deployment(replicas=0, ready=0), make.pod("db-7d9c5b8f6d-bbbbb")
    )
    assert "scaled to none" in finding.says and finding.proof.field == "spec.replicas"


def test_a_port_that_no_container_opens(make: Any, only: Any, found: Any) -> None:
    ports = {"ports": [{"name": "http", "containerPort": 8080}]}
    named = make.service(spec={"ports": [{"port": 80, "targetPort": "web"}]})
    finding = only("port_mismatch", named, make.pod(has=ports))
    assert "they have http" in finding.says and finding.severity == "critical"
    assert str(finding.proof) == "spec.ports[0].targetPort = web"
    numbered = make.service(spec={"ports": [{"port": 80, "targetPort": 9090}]})
    assert only("port_mismatch", numbered, make.pod(has=ports)).severity == "warning"
    assert not found(make.service(spec={"ports": [{"port": 80, "targetPort": 8080}]}), make.pod(has=ports))
    assert not found(numbered, make.pod()), "ports need not be declared"


def test_endpoints_tell_where_pods_were_not_listed(make: Any, only: Any, found: Any) -> None:
    empty = make.any("Endpoints", "web", subsets=[])
    assert only("no_endpoints", make.service(), empty)
    assert not found(make.service(), make.any("Endpoints", "web", subsets=[{"addresses": [{"ip": "10.0.0.1"}]}]))
    labels = {"metadata": {"labels": {"kubernetes.io/service-name": "web"}}}
    piece = make.any("EndpointSlice", "web-1", **labels, endpoints=[{"conditions": {"ready": False}}])
    assert only("no_endpoints", make.service(), piece)


def test_services_that_others_fill_are_left_alone(make: Any, found: Any) -> None:
    bare = make.any("Service", "db", spec={"ports": [{"port": 80}]})
    named = make.service(spec={"type": "ExternalName"})
    assert not found(bare, named, make.pod("api-7d9c5b8f6d-bbbbb"))
