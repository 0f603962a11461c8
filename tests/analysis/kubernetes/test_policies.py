"""Network policies that cut off a caller that is known, or name resolution."""

from __future__ import annotations

from typing import Any

import pytest

CALLS = [("web", "db")]


def _policy(make: Any, minutes: float = 30, **spec: Any) -> Any:
    return make.any("NetworkPolicy", "db", metadata={"creationTimestamp": make.ago(minutes)}, spec=spec)


def _pods(make: Any) -> list[Any]:
    ports = {"ports": [{"name": "sql", "containerPort": 5432}]}
    return [make.pod(), make.pod("db-7d9c5b8f6d-bbbbb", has=ports)]


_DB = {"matchLabels": {"app": "db"}}


@pytest.mark.parametrize(
    ("rules", "cut"),
    [
        ([], True),
        ([{"from": [{"podSelector": {"matchLabels": {"app": "api"}}}]}], True),
        ([{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 80}]}], True),
        ([{"from": [{"namespaceSelector": {"matchLabels": {"team": "x"}}}]}], True),
        ([{"from": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": "sql"}]}], False),
        ([{"from": [{"podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}}]}], False),
        ([{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}]}], False),
        ([{"ports": [{"port": 5000, "endPort": 6000}]}], False),
        ([{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}], False),
        ([{}], False),
    ],
)  # fmt: skip
def test_a_caller_is_cut_off_where_no_rule_lets_it_through(make: Any, found: Any, rules: Any, cut: bool) -> None:
    policy = _policy(make, podSelector=_DB, policyTypes=["Ingress"], ingress=rules)
    kinds = [(f.kind, f.severity) for f in found(policy, *_pods(make), calls=CALLS)]
    assert kinds == ([("network_policy", "warning")] if cut else [])


def test_an_old_policy_is_no_alarm_and_one_without_calls_says_nothing(make: Any, found: Any, only: Any) -> None:
    old = _policy(make, 90_000, podSelector=_DB, policyTypes=["Ingress"])
    assert only("network_policy", old, *_pods(make), calls=CALLS).severity == "info"
    assert not found(_policy(make, podSelector=_DB, policyTypes=["Ingress"]), *_pods(make))


def test_a_sender_that_may_not_ask_for_names(make: Any, only: Any, found: Any) -> None:
    to_db = {"to": [{"podSelector": _DB}], "ports": [{"port": 5432}]}
    web = {"matchLabels": {"app": "web"}}
    closed = _policy(make, podSelector=web, policyTypes=["Egress"], egress=[to_db])
    assert only("dns", closed, *_pods(make)).service == ""
    names = {"to": [{"namespaceSelector": {}}], "ports": [{"port": 53, "protocol": "UDP"}]}
    assert not found(_policy(make, podSelector=web, policyTypes=["Egress"], egress=[to_db, names]), *_pods(make))


def test_what_is_cut_off_is_an_effect(make: Any, found: Any) -> None:
    policy = _policy(make, podSelector=_DB, policyTypes=["Ingress"], ingress=[])
    web = make.pod(container=make.ended("Error", 1, **make.waiting("CrashLoopBackOff")))
    cut, crash = found(policy, web, _pods(make)[1], calls=CALLS)
    assert (cut.kind, crash.kind, crash.effect_of) == ("network_policy", "crash_loop", (cut.key,))
