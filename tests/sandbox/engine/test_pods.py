"""Which pod serves a request."""

from __future__ import annotations

import numpy as np

from aisre_nb.sandbox.engine.pods import FOREVER, Fleet, Pod


def _pod(name: str, begun: float, ended: float = FOREVER) -> Pod:
    return Pod(name, "cart", "1", "node-1", begun, ended)


def test_every_request_is_served_by_a_pod_that_is_ready_then():
    pods = (_pod("a", -100, 500), _pod("b", 200), _pod("c", 700, 900))
    pods[1].downs.append((300.0, 400.0, "OOMKilled"))
    at = np.sort(np.random.default_rng(1).uniform(0, 1000, size=4000))
    found = Fleet("cart", pods).serving(at, np.random.default_rng(2))
    assert all(pods[n].ready(t) for n, t in zip(found.tolist(), at.tolist(), strict=True))
    late = found[at > 700]
    assert set(late.tolist()) == {1, 2}


def test_requests_are_spread_evenly():
    pods = tuple(_pod(name, -1) for name in "abcd")
    found = Fleet("cart", pods).serving(np.linspace(0, 100, 8000), np.random.default_rng(1))
    assert np.bincount(found).min() > 1800


def test_where_no_pod_is_ready_there_is_none():
    pod = _pod("a", 100, 200)
    found = Fleet("cart", (pod,)).serving(np.array([50.0, 100.0, 150.0, 200.0]), np.random.default_rng(1))
    assert found.tolist() == [-1, 0, 0, -1]


def test_a_pod_exists_before_it_is_ready():
    pod = _pod("a", 100)
    pod.created = 88.0
    assert [pod.exists(t) for t in (80, 90, 110)] == [False, True, True]
    assert [pod.ready(t) for t in (80, 90, 110)] == [False, False, True]
