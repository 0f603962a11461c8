"""Signs of a cause in traces."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aisre_nb.analysis.ranking.sign import Sign
from aisre_nb.analysis.ranking.traces import earlier, latency_signs, step_signs
from aisre_nb.analysis.traces.steps import steps
from aisre_nb.analysis.traces.visits import visits

ONSET = datetime(2031, 5, 6, 10, 30, tzinfo=UTC)
UNTIL = ONSET - timedelta(minutes=5)


def _latency(frames: Any) -> list[Sign]:
    return latency_signs(visits(frames[0]), ONSET, UNTIL)


def _steps(frames: Any) -> list[Sign]:
    found = visits(frames[0])
    return step_signs(found, *steps(found, frames[1]), ONSET, UNTIL)


def test_a_slow_way_to_one_callee_is_the_callees_and_a_slow_way_to_all_the_callers(chain: Callable[..., Any]) -> None:
    assert _latency(chain(gap_ms={"side": 300.0}))[0].service == "side"
    first = _latency(chain(gap_ms={"side": 300.0, "middle": 300.0}))[0]
    assert first.service == "front" and "2 of 2 such pairs are slower" in first.says


def test_own_time_is_its_own_and_a_doubled_millisecond_is_no_outage(chain: Callable[..., Any]) -> None:
    first = _latency(chain(own_ms={"back": 200.0}))[0]
    assert (first.service, first.kind, first.unit, first.resource) == ("back", "latency", "ms", "GET /back")
    assert (round(first.before or 0), round(first.now or 0)) == (5, 200)
    small = {sign.service: sign.strength for sign in _latency(chain(own_ms={"back": 5.5, "front": 900.0}))}
    assert small["front"] > 5 * small.get("back", 0.0)


def test_a_service_that_stops_short_is_told_and_its_callers_are_not(chain: Callable[..., Any]) -> None:
    signs = _steps(chain(stop="middle"))
    assert {sign.service for sign in signs} == {"middle"}
    assert signs[0].strength > 7 and (signs[0].now, signs[0].unit) != (signs[0].before, "")


@pytest.mark.parametrize("service", ["front", "middle", "back", "side"])
def test_an_error_is_told_of_whoever_logs_it(chain: Callable[..., Any], service: str) -> None:
    first = _steps(chain(error=service))[0]
    assert (first.service, first.kind) == (service, "log")
    assert "new in GET" in first.says


def test_a_fault_that_began_a_little_before_it_was_noticed_is_seen_beside_long_before(
    chain: Callable[..., Any],
) -> None:
    spans, logs = chain(60, 30, error="back")
    late = ONSET + timedelta(minutes=4)
    found = visits(spans)
    noticed = step_signs(found, *steps(found, logs), late, earlier(late, timedelta(minutes=4)))
    assert noticed[0].service == "back" and "0 of 60 before" in noticed[0].says


def test_a_service_that_is_down_is_told_by_those_who_miss_it(chain: Callable[..., Any]) -> None:
    spans, logs = chain(stop="middle", error="middle")
    logs["body"] = logs["body"].where(logs["severity"] != "error", "middle.Work#15 connection refused: back")
    signs = _steps((spans, logs))
    back = next(sign for sign in signs if sign.service == "back")
    assert signs[0].service == "back" and back.says.startswith("middle names it in trouble: new in GET /middle")
    # Where it still serves as many as before, whoever names it is not believed.
    spans, logs = chain(error="middle")
    logs["body"] = logs["body"].where(logs["severity"] != "error", "middle.Work#15 connection refused: back")
    assert "back" not in {sign.service for sign in _steps((spans, logs))}


def test_a_healthy_system_has_no_sign_worth_a_look(chain: Callable[..., Any]) -> None:
    frames = chain()
    assert all(sign.strength < 1 for sign in [*_latency(frames), *_steps(frames)])
