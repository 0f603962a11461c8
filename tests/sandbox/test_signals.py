"""Looking for signals in a case folder."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from aisre_nb.sandbox.scenario import Signal
from aisre_nb.sandbox.signals import Seen, look
from aisre_nb.times import instant

QUOTE = "POST /cart/{user_id}/quote"


@pytest.fixture(scope="module")
def seen(case: Any) -> Any:
    """Looks before and after the onset of the cart's errors."""
    now, onset = instant(case.json("manifest.json")["now"]), instant(case.truth["onset"])

    def looked(what: Any, service: str, name: str = "") -> Seen:
        signal = Signal(what, service, name)
        before = look(case.folder, signal, onset - timedelta(minutes=30), onset - timedelta(minutes=1))
        return Seen(before, look(case.folder, signal, now - timedelta(minutes=8), now))

    return looked


def test_errors_are_a_share_by_operation(seen: Any):
    found = seen("errors", "cart", QUOTE)
    assert found.before < 0.01 and 0.05 < found.after < 0.5
    assert seen("errors", "cart").after < found.after and seen("errors", "cart", "GET /cart/{user_id}").after < 0.02
    assert seen("errors", "nobody").after == 0


def test_errors_are_those_of_the_spans(case: Any, seen: Any):
    counted = case.counted()
    mine = counted[(counted.service == "cart") & (counted.route == QUOTE.split()[1])]
    now, start = instant(case.json("manifest.json")["now"]), instant(case.json("manifest.json")["start"])
    whole = look(case.folder, Signal("errors", "cart", QUOTE), start, now)
    assert whole == pytest.approx(mine[mine.status >= 500].n.sum() / mine.n.sum(), rel=0.12)


def test_a_status_is_a_share_of_all(seen: Any):
    assert seen("status", "cart", "500").after == pytest.approx(seen("errors", "cart").after, rel=0.2)
    assert 0.01 < seen("status", "user", "401").before < 0.06


def test_rates_and_latencies_have_their_units(seen: Any):
    plain = seen("rate", "frontend")
    assert 5 < plain.before < 20 and plain.after == pytest.approx(plain.before, rel=0.4)
    # The card provider takes 180 ms at the median, and 320 at the 95th percentile.
    assert 0.3 < seen("latency", "payment").before < 0.6


def test_gauges_counters_and_lines(seen: Any):
    assert seen("gauge", "cart", "k8s.deployment.available").after == 2
    assert seen("gauge", "postgres", "postgresql.connection.max").after == 100
    assert 5 < seen("count", "checkout", "shop.orders").before < 60
    raised = seen("log", "cart", "UnboundLocalError")
    assert raised.before == 0 and raised.after > 3


def test_calls_are_counted_for_each_request_that_makes_them(seen: Any):
    assert seen("calls", "cart", "GET /prices").before == pytest.approx(1, abs=0.05)
    assert seen("calls", "catalog", "SELECT product").before == pytest.approx(0.25, abs=0.12)


@pytest.mark.parametrize(
    "before, after, signal, shows",
    [
        (0.01, 0.2, Signal("errors", "x", least=0.1), True),
        (0.01, 0.05, Signal("errors", "x", least=0.1), False),
        (0.15, 0.2, Signal("errors", "x", by=2.0), False),
        (0.0, 0.0, Signal("log", "x"), False),
        (3.0, 1.0, Signal("gauge", "x", way="down", by=2.0), True),
        (3.0, 2.0, Signal("gauge", "x", way="down", by=2.0), False),
    ],
)
def test_a_signal_shows_when_it_went_its_way_far_enough(before: float, after: float, signal: Signal, shows: bool):
    assert Seen(before, after).shows(signal) is shows


def test_a_signal_recedes_when_at_most_a_third_is_left():
    seen, signal = Seen(0.1, 0.4), Signal("errors", "x")
    assert seen.recedes(signal, 0.19) and not seen.recedes(signal, 0.25) and not seen.recedes(signal, 0.9)
