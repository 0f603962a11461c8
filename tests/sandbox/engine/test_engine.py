"""The engine: causes before what they cause, and what happens to pods, disks, caches and queues."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aisre_nb.sandbox.engine.course import DT
from aisre_nb.sandbox.engine.effects import (
    Arrives,
    Burns,
    Calls,
    Consumes,
    Fails,
    Fills,
    Holds,
    Leaks,
    Restarts,
)  # fmt: skip
from aisre_nb.sandbox.engine.engine import Operation
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.scenario import Release

HALF = When(since=30)
BEFORE, AFTER = slice(40, 118), slice(140, 240)


def _series(course: Any) -> dict[tuple[str, str], list[float]]:
    return {key: list(values) for key, values in course._series.items()}


def _share(course: Any, noun: str, name: str, part: slice) -> float:
    return float(course.get(noun, name, 0.0)[part].mean())


def test_a_pause_changes_nothing(shop: Any):
    effects = (Leaks("cart", mib_per_minute=20), Burns("catalog", share=0.4, when=HALF))
    one, two = shop(*effects), shop(*effects)
    one.engine.run(3600)
    for until in (15, 900, 915, 3600):
        two.engine.run(until)
    assert _series(one.engine.course) == _series(two.engine.course)
    assert one.engine.cluster.events == two.engine.cluster.events


@pytest.mark.parametrize("service", ["catalog", "frontend"])
def test_an_action_changes_nothing_that_was_before_it(shop: Any, service: str):
    effects = (Leaks("cart", mib_per_minute=20), Fails("catalog", share=0.1, status=503))
    one, two = shop(*effects), shop(*effects)
    two.engine.operations.append(Operation(1800.0, lambda cluster, at: cluster.scale(service, at, 1)))
    one.engine.run(3600)
    two.engine.run(3600)
    steps = 1800 // DT
    keys = set(_series(one.engine.course)) | set(_series(two.engine.course))
    for noun, name in keys:
        mine, other = (sim.engine.course.get(noun, name, -9.0) for sim in (one, two))
        if (noun, name) in _series(one.engine.course) and (noun, name) in _series(two.engine.course):
            assert (mine[:steps] == other[:steps]).all(), (noun, name)
    assert _share(two.engine.course, "cpu", service, AFTER) > 1.2 * _share(one.engine.course, "cpu", service, AFTER)


def test_another_seed_is_another_course(shop: Any):
    one, two = shop(), shop(seed=2)
    one.engine.run(900)
    two.engine.run(900)
    assert _series(one.engine.course) != _series(two.engine.course)


def test_a_leak_ends_in_kills_that_come_again_and_last_longer(shop: Any):
    sim = shop(Leaks("cart", mib_per_minute=40))
    sim.engine.run(3600)
    kills = [event for event in sim.engine.cluster.events_until(3600) if event.reason == "OOMKilled"]
    assert len(kills) > 6 and {event.service for event in kills} == {"cart"} and all(event.warning for event in kills)
    for pod in sim.engine.cluster.pods["cart"]:
        lasted = [until - since for since, until, why in pod.downs if why == "OOMKilled"]
        assert lasted == sorted(lasted) and lasted[0] < 40 and lasted[-1] == 120
        leaked = np.array([mib for _, mib in sim.engine.memory[pod]])
        assert (np.diff(leaked) < 0).sum() == len(lasted) and leaked.max() <= 384 * 0.5


def test_a_leak_of_a_version_is_no_other_versions(shop: Any):
    sim = shop(Leaks("cart", mib_per_minute=60, when=When(versions=("9",))), releases=(Release("cart", "1", "9", 30),))
    sim.engine.run(3600)
    kills = [event.at for event in sim.engine.cluster.events if event.reason == "OOMKilled"]
    assert kills and min(kills) > 1800
    assert {pod.version for pod in sim.engine.memory} == {"9"}


def test_a_leak_that_stops_in_time_kills_nobody(shop: Any):
    sim = shop(Leaks("cart", mib_per_minute=40, most=100))
    sim.engine.run(3600)
    assert not [event for event in sim.engine.cluster.events if event.reason == "OOMKilled"]
    assert max(mib for line in sim.engine.memory.values() for _, mib in line) == 100


def test_a_disk_fills_and_drains(shop: Any):
    sim = shop(Fills("postgres", per_minute=0.02, when=When(since=50, lasting=15)))
    sim.engine.run(3600)
    disk = sim.engine.course.get("disk", "postgres", 0.83)
    assert disk[20] == 0.83 and disk.max() == 1.0 and disk[-1] == pytest.approx(0.83, abs=0.02)


def test_a_cache_that_became_small_misses_and_warms_up_slowly(shop: Any):
    sim = shop()
    cluster = sim.engine.cluster
    sim.engine.operations += [
        Operation(900.0, lambda c, at: c.set("redis", at, "MAXMEMORY_MB", "64")),
        Operation(1800.0, lambda c, at: c.set("redis", at, "MAXMEMORY_MB", "512")),
    ]
    sim.engine.run(3600)
    hit = sim.engine.course.get("hit", "redis", 0.93)
    assert hit[:60].min() == 0.93 and hit[100:118].max() < 0.35
    assert 0.35 < hit[126] < 0.8 and hit[-1] > 0.92
    assert cluster.revisions["redis"][-1].number == cluster.revisions["redis"][0].number


def test_a_queue_grows_while_consumers_are_slow_and_drains_after(shop: Any):
    slow = Consumes("fulfilment", stands=1.0, when=When(since=40, lasting=15))
    sim = shop(slow)
    sim.engine.run(3600)
    course = sim.engine.course
    queue = course.get("queue", "rabbitmq", 0.0)
    assert queue[:75].max() < 1 and queue[-1] < 1
    orders = next(n for n, page in enumerate(sim.blueprint.pages) if page.call.operation == "POST /checkout")
    stood = slice(1200 // DT, 2100 // DT)
    placed = course.get("rate", str(orders), 0.0)[stood].sum() * DT
    assert queue.max() == pytest.approx(placed, rel=0.1), "nothing is taken, and hardly an order fails"
    assert course.get("queue_age", "rabbitmq", 0.0).max() > 600


def test_the_autoscaler_goes_to_its_maximum_and_no_further(shop: Any):
    sim = shop(Holds("frontend", times=12, when=HALF))
    sim.engine.run(3600)
    replicas = sim.engine.course.get("replicas", "frontend", 3.0)
    assert replicas[:120].max() == 3 and replicas.max() == 4 == len(sim.engine.cluster.alive("frontend", 3600))
    assert sim.engine.course.get("replicas", "cart", 2.0).max() == 2


def test_a_neighbour_takes_processors_away(shop: Any):
    course = _ran(shop(Burns("catalog", share=0.5, when=HALF)))
    assert _share(course, "cpu", "catalog", AFTER) == pytest.approx(
        2 * _share(course, "cpu", "catalog", BEFORE), rel=0.15
    )
    assert _share(course, "cpu", "cart", AFTER) == pytest.approx(_share(course, "cpu", "cart", BEFORE), rel=0.15)


def test_busy_processors_stretch_what_is_computed(shop: Any):
    course = _ran(shop(Holds("catalog", times=8, when=HALF)))
    assert _share(course, "stretch", "catalog", BEFORE) < 1.1 < 1.3 < _share(course, "stretch", "catalog", AFTER)


def test_one_page_is_asked_for_more_often(shop: Any):
    sim = shop(Arrives("", "GET /search", times=5, when=HALF))
    course = _ran(sim)
    for n, page in enumerate(sim.blueprint.pages):
        if page.weight:
            more = _share(course, "rate", str(n), AFTER) / _share(course, "rate", str(n), BEFORE)
            assert more == pytest.approx(5 if page.call.operation == "GET /search" else 1, rel=0.1)


def test_pods_are_restarted_in_turn(shop: Any):
    sim = shop(Restarts("cart", minutes=4, when=HALF))
    sim.engine.run(3600)
    kills = sorted(
        since for pod in sim.engine.cluster.pods["cart"] for since, _, why in pod.downs if why == "Unhealthy"
    )
    assert 10 <= len(kills) <= 18 and kills[0] > 1800
    assert all(sim.engine.cluster.alive("cart", float(t)) for t in range(1800, 3600, 5))


def test_a_flag_decides_how_often_the_home_page_ranks(shop: Any):
    sim = shop()
    sim.engine.operations.append(Operation(1800.0, lambda c, at: c.flags.update({"personal-home": 100.0})))
    course = _ran(sim)
    assert _share(course, "cpu", "recommendation", AFTER) > 2 * _share(course, "cpu", "recommendation", BEFORE)


def test_a_call_may_stop_being_made(shop: Any):
    course = _ran(shop(Calls("currency", "GET /rates", chance=0.0, when=HALF)))
    assert _share(course, "arriving", "currency", AFTER) < 1e-6 < 1 < _share(course, "arriving", "currency", BEFORE)


def test_a_fault_of_a_version_holds_for_the_pods_that_have_it(shop: Any):
    fault = Fails("cart", share=0.8, when=When(versions=("9",)))
    sim = shop(fault, releases=(Release("cart", "1", "9", 30),))
    course = _ran(sim)
    arriving = course.get("arriving", "catalog", 0.0)
    assert sim.engine.active[0] == 1.0
    sim.engine.cluster.pods["cart"][-1].version = "1"
    sim.engine.run(3700)
    assert sim.engine.active[0] == 0.5 and len(arriving) == 240


def _ran(sim: Any) -> Any:
    sim.engine.run(3600)
    return sim.engine.course
