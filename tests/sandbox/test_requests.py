"""Simulated requests: what a failure does to those who called."""

from __future__ import annotations

import numpy as np
import pytest

from aisre_nb.sandbox.calls import Call, Page
from aisre_nb.sandbox.failures import Failure, Raised
from aisre_nb.sandbox.pods import Rollout, fleet
from aisre_nb.sandbox.requests import Requests, simulate
from aisre_nb.sandbox.services import Service

BROKEN = Raised("ValueError", "broken")


def _simulated(*failures: Failure, needed: bool = True, rollouts: tuple[Rollout, ...] = ()) -> Requests:
    """2,000 requests for a page whose service calls two others, the first of which asks a datastore."""
    first = Call("first", "GET /first", 5.0, (Call("store", "GET x", 1.0, kind="redis"),), needed=needed)
    page = Page(Call("edge", "GET /", 10.0, (first, Call("second", "GET /second", 5.0))), 1.0)
    rng = np.random.default_rng(1)
    services = [Service(name, "team", "1.0", 2, 100, 100, 0.001) for name in ("edge", "first", "second")]
    fleets = {service.name: fleet(service, rollouts, rng) for service in services}
    return simulate(page, np.sort(rng.random(2000) * 1000), {}, fleets, failures, 2000.0, rng)


def test_a_needed_call_that_fails_stops_its_caller() -> None:
    edge, first, _, second = _simulated(Failure("first", "GET /first", BROKEN, chance=0.3)).steps
    assert first.failed.any() and (edge.failed == first.failed).all()
    assert not (second.present & first.failed).any()
    assert (edge.relay[edge.failed] == 1).all() and (edge.failure == -1).all()


def test_a_call_that_is_not_needed_may_fail() -> None:
    edge, first, _, second = _simulated(Failure("first", "GET /first", BROKEN, chance=0.3), needed=False).steps
    assert first.failed.any() and not edge.failed.any() and second.present.all()


def test_a_datastore_that_fails_fails_its_caller_with_its_own_exception() -> None:
    _, first, store, _ = _simulated(Failure("store", "GET x", BROKEN, status=503, chance=0.2, seconds=1.0)).steps
    assert (first.status[store.failed] == 503).all() and (first.failure[store.failed] == 0).all()
    assert (first.ended - first.begun)[store.failed].min() > 1.0


def test_a_failure_of_a_version_hits_only_its_pods() -> None:
    rollouts = (Rollout("first", "2.0", 500.0),)
    _, first, *_ = _simulated(Failure("first", "GET /first", BROKEN, version="2.0"), rollouts=rollouts).steps
    assert first.begun[first.failed].min() > 500
    assert first.failed[first.begun > 600].all()


def test_time_passes_down_the_tree() -> None:
    edge, first, store, second = _simulated().steps
    assert (edge.begun <= first.sent).all() and (first.sent <= first.begun).all()
    assert (first.begun <= store.begun).all() and (store.ended <= first.ended).all()
    assert (first.answered <= second.sent).all() and (second.answered <= edge.ended).all()


@pytest.mark.parametrize("until", [500.0, 1000.0])
def test_what_ends_later_is_not_known_yet(until: float) -> None:
    rng = np.random.default_rng(2)
    service = Service("edge", "team", "1.0", 1, 100, 100, 0.001)
    page = Page(Call("edge", "GET /", 10.0), 1.0)
    found = simulate(page, np.sort(rng.random(500) * 1000), {}, {"edge": fleet(service, (), rng)}, (), until, rng)
    assert len(found.trace) > 0 and found.steps[0].ended.max() <= until
