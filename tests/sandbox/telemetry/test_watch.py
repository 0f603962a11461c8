"""What the alert rules look at."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.engine.effects import Breaks, Leaks
from aisre_nb.sandbox.engine.pods import Pod
from aisre_nb.sandbox.engine.when import When
from aisre_nb.sandbox.scenario import Release
from aisre_nb.sandbox.telemetry.counts import ASKED, BOUNDS, SERVED, Series
from aisre_nb.sandbox.telemetry.watch import Watch

STEPS = 60
SLOW, FAST = 11, 3
"""Buckets: 2.5 to 5 s, and less than 50 ms."""


def _series(service: str, status: int, number: Any, bucket: int = FAST, metric: str = SERVED) -> Series:
    buckets = np.zeros((STEPS, len(BOUNDS) + 1), dtype=np.int64)
    buckets[:, bucket] = number
    return Series(metric, service, "GET /", "", status, Pod("p", service, "1", "n", 0.0), buckets, np.zeros(STEPS))


def _alerts(sim: Any, *windows: list[Series]) -> list[tuple[str, str, float, float | None]]:
    watch = Watch(Blueprint())
    for counted in windows:
        watch.add(counted, SimpleNamespace(steps=STEPS), "email")  # type: ignore[arg-type]
    found = watch.alerts(sim.engine, "email")
    return [(alert.name, alert.labels["service"], alert.at, alert.ended) for alert in found]


def _late(since: int, number: int) -> Any:
    return np.where(np.arange(STEPS) >= since, number, 0)


def test_errors_are_a_share_of_five_minutes(shop: Any):
    sim = shop()
    counted = [_series("cart", 200, 100), _series("cart", 500, _late(30, 10))]
    # Ten of a hundred: above 3 % of five minutes after three or four steps, and for two minutes then.
    [(name, service, at, ended)] = _alerts(sim, counted)
    assert (name, service, ended) == ("HighErrorRate", "cart", None) and at == (30 + 4 + 4) * 30


def test_few_requests_say_nothing(shop: Any):
    assert _alerts(shop(), [_series("cart", 500, 2)]) == []


def test_an_alert_goes_on_over_windows_and_ends(shop: Any):
    bad, good = [_series("cart", 500, 10)], [_series("cart", 200, 10)]
    [(_, _, at, ended)] = _alerts(shop(), bad, good)
    assert at < 60 * 30 and ended is not None and 60 * 30 < ended <= 60 * 30 + 330


def test_the_edge_and_those_behind_it_have_rules_of_their_own(shop: Any):
    slow = [_series("frontend", 200, 50, SLOW), _series("cart", 200, 50, SLOW), _series("user", 404, 50)]
    found = {(name, service) for name, service, _, _ in _alerts(shop(), slow)}
    assert found == {("PagesSlow", "frontend"), ("HighLatency", "cart")}
    missing = [_series("frontend", 404, 3), _series("frontend", 200, 30)]
    assert {name for name, *_ in _alerts(shop(), missing)} == {"PagesNotFound"}


def test_mails_that_do_not_go_out(shop: Any):
    asked, sent = _series("email", 200, 5), _series("email", 250, _late(0, 5) - _late(20, 5), metric=ASKED)
    [(name, service, at, _)] = _alerts(shop(), [asked, sent])
    assert (name, service) == ("MailsMissing", "email") and at > 20 * 30


def test_what_the_engine_knows_is_watched_too(shop: Any):
    leaking = shop(Leaks("cart", mib_per_minute=40))
    leaking.engine.run(STEPS * 30)
    assert ("PodsRestarting", "cart") in {found[:2] for found in _alerts(leaking, [])}
    broken = Breaks("user", when=When(versions=("9",)))
    stuck = shop(broken, releases=(Release("user", "2.0.6", "9", 55),))
    stuck.engine.run(STEPS * 30)
    assert {found[:2] for found in _alerts(stuck, [])} == {("RolloutStuck", "user")}
    stuck.engine.cluster.rollout("user", 1500.0, version="2.0.6")
    [(_, _, at, ended)] = _alerts(stuck, [])
    assert 900 < at < ended == 1500
