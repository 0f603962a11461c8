"""When an effect holds."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.sandbox.engine.pods import Pod
from aisre_nb.sandbox.engine.when import When

NOW = 9000.0


def _at(minutes: float) -> float:
    return NOW - minutes * 60


@pytest.mark.parametrize("minutes, share", [(31, 0), (30, 0), (25, 0.5), (20, 1), (-30, 1)])
def test_it_grows_from_its_beginning_on(cluster: Any, minutes: float, share: float):
    assert When(since=30, ramp=10).share(cluster(), _at(minutes)) == pytest.approx(share)


def test_it_lasts_as_long_as_it_says_and_comes_again(cluster: Any):
    once, again = When(since=30, lasting=2), When(since=30, lasting=2, every=10)
    minutes = (31, 29, 27, 19, 17, 9)
    assert [once.share(cluster(), _at(m)) for m in minutes] == [0, 1, 0, 0, 0, 0]
    assert [again.share(cluster(), _at(m)) for m in minutes] == [0, 1, 0, 1, 0, 1]


def test_an_action_ends_it_for_good(cluster: Any):
    found = cluster()
    when = When(since=30, until=({"action": "restart", "service": "cart"},))
    found.log.append((_at(10), {"action": "restart", "service": "user"}))
    assert when.share(found, _at(9)) == 1
    found.log.append((_at(8), {"action": "restart", "service": "cart", "more": 1}))
    assert when.share(found, _at(8)) == 1 and when.share(found, _at(7)) == 0 and when.share(found, NOW) == 0


def test_a_flag_says_how_much_of_it(cluster: Any):
    found = cluster()
    found.flags["search-synonyms"] = 20.0
    assert When(flag="search-synonyms").share(found, 0) == pytest.approx(0.2)
    assert When(off="search-synonyms").share(found, 0) == pytest.approx(0.8)
    assert When(flag="nothing-like-it").share(found, 0) == 0


@pytest.mark.parametrize(
    "when, hit",
    [
        (When(), True),
        (When(versions=("1", "2")), True),
        (When(versions=("3",)), False),
        (When(key="K", values=("a",)), True),
        (When(key="K", values=("b",)), False),
        (When(nodes=("node-1",), zones=("zone-a",)), True),
        (When(zones=("zone-b",)), False),
        (When(older=100), True),
        (When(older=200), False),
    ],
)
def test_on_which_pods(when: When, hit: bool):
    # It began 150 minutes before the question.
    pod = Pod("p", "cart", "1", "node-1", _at(150), zone="zone-a", settings={"K": "a"})
    assert when.pod(pod) is hit
