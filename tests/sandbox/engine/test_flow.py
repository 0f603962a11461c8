"""How load, waiting and failure go through the shop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aisre_nb.sandbox.engine.course import DT
from aisre_nb.sandbox.engine.effects import Calls, Effect, Fails, Slows
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.failures import Raised

HALF = When(since=30)
"""From the second half hour on."""
BEFORE, AFTER = slice(40, 118), slice(140, 240)
"""Steps."""


def _ran(shop: Any, *effects: Effect, **plan: Any) -> Any:
    sim = shop(*effects, **plan)
    sim.engine.run(3600)
    return sim.engine.course


def _first(values: Any, least: float) -> int:
    """The step in which so much was reached."""
    found = np.flatnonzero(values >= least)
    return int(found[0]) if len(found) else 10**6


def test_what_is_asked_for_arrives_at_every_service_of_the_tree(shop: Any):
    sim = shop()
    sim.engine.run(3600)
    course = sim.engine.course
    asked = sum(course.get("rate", str(n), 0.0) for n, page in enumerate(sim.blueprint.pages) if page.weight)
    assert asked.mean() == pytest.approx(10, rel=0.15)
    for service in ("frontend", "api-gateway"):
        # What fails by itself now and then is tried again, so a little more comes than was asked for.
        assert course.get("arriving", service, 0.0) == pytest.approx(asked, rel=0.02)
    checkout = next(n for n, page in enumerate(sim.blueprint.pages) if page.call.operation == "POST /checkout")
    orders = course.get("rate", str(checkout), 0.0)
    assert course.get("arriving", "payment", 0.0) == pytest.approx(orders, rel=0.03)


def test_a_quiet_shop_waits_for_nothing(shop: Any):
    course = _ran(shop)
    for service in ("frontend", "catalog", "inventory", "checkout"):
        assert course.get("wait", service, 0.0).max() < 0.01 and course.get("refused", service, 0.0).max() == 0
        assert course.get("pool_refused", service, 0.0).max() == 0


def test_a_slow_database_fills_the_pool_and_then_the_workers_of_those_who_call(shop: Any):
    course = _ran(shop, Slows("postgres", plus=2.0, when=When(since=30, ramp=10)), per_second=40.0)
    full = _first(course.get("pool_used", "inventory", 0.0), 14.0)
    waits = _first(course.get("pool_wait", "inventory", 0.0), 0.2)
    refused = _first(course.get("pool_refused", "inventory", 0.0), 0.05)
    edge = _first(course.get("wait", "frontend", 0.0), 0.2)
    turned_away = _first(course.get("refused", "frontend", 0.0), 0.05)
    assert 1800 / DT < full <= waits < refused < turned_away and waits < edge <= turned_away < 10**6
    assert course.get("pool_used", "inventory", 0.0).max() <= 16


def test_who_does_not_ask_the_database_is_not_slow_for_it(shop: Any):
    course = _ran(shop, Slows("postgres", plus=0.5, when=HALF))
    workers = course.get("workers", "currency", 0.0)
    assert workers[AFTER].mean() == pytest.approx(workers[BEFORE].mean(), rel=0.2)


def test_retries_amplify(shop: Any):
    arriving = []
    for retries in ("0", "1", "3"):
        fault = Fails("catalog", "GET /products/{sku}", share=0.5, status=503, when=HALF)
        course = _ran(shop, fault, first={"api-gateway": {"RETRIES": retries}})
        values = course.get("arriving", "catalog", 0.0)
        arriving.append(values[AFTER].mean() / values[BEFORE].mean())
    plain, once, often = arriving
    # Product pages are about half of what the catalog is asked for; 1 + 0.5 attempts, 1 + 0.5 + 0.25 + 0.125.
    assert once > plain * 1.15 and often > once * 1.08


def test_what_comes_after_a_failed_call_is_not_called(shop: Any):
    course = _ran(shop, Fails("user", "POST /sessions/verify", raised=Raised("E", ""), when=HALF))
    arriving = course.get("arriving", "cart", 0.0)
    assert arriving[BEFORE].mean() > 1 and arriving[AFTER].mean() < 0.01


def test_a_call_made_for_each_item_comes_as_often_as_there_are_items(shop: Any):
    course = _ran(shop, Calls("catalog", "GET /prices", times=20, by="items", when=HALF))
    # A cart holds 2.7 items, and one call was there already.
    before, after = (course.get("arriving", "catalog", 0.0)[part].mean() for part in (BEFORE, AFTER))
    quotes = course.get("arriving", "cart", 0.0)[BEFORE].mean() * 0.49
    assert after - before == pytest.approx(1.7 * quotes, rel=0.25)


def test_a_limit_turns_slowness_into_failure(shop: Any):
    slow = Slows("catalog", "GET /products/search", plus=3.0, when=HALF)
    failing = []
    for limit in ("60000", "1000"):
        sim = shop(slow, first={"api-gateway": {"SEARCH_TIMEOUT_MS": limit, "UPSTREAM_TIMEOUT_MS": "60000"}})
        sim.engine.run(3600)
        search = next(tree for tree in sim.engine.trees if tree.call.operation == "GET /search")
        failing.append(search.failing_once)
    assert failing[0] < 0.05 and failing[1] > 0.8
