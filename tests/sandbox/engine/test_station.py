"""Queues: held against Little's law and the exact numbers of M/M/c."""

from __future__ import annotations

import math

import pytest

from aisre_nb.sandbox.engine.station import Station


def _erlang_c(load: float, servers: int) -> float:
    """The chance to wait in M/M/c, where ``load`` is the mean number of busy servers."""
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(load**k / math.factorial(k) for k in range(servers)) + last)


@pytest.mark.parametrize("servers", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize("busy", [0.6, 0.75, 0.9])
def test_the_wait_is_near_that_of_a_queue_with_so_many_servers(servers: int, busy: float):
    holding = 0.2
    arriving = busy * servers / holding
    station = Station(longest=60)
    station.step(arriving, holding, servers, 15)
    exact = _erlang_c(busy * servers, servers) * holding / (servers * (1 - busy))
    # The approximation is meant for busy stations: at little load a few hundredths of the service time are its error.
    assert station.wait == pytest.approx(exact, rel=0.12, abs=0.03 * holding)


def test_one_server_is_exact():
    station = Station(longest=60)
    station.step(8, 0.1, 1, 15)
    assert station.wait == pytest.approx(0.1 * 0.8 / 0.2)


def test_nobody_waits_where_nobody_comes():
    station = Station()
    station.step(0, 0.5, 4, 15)
    assert (station.wait, station.busy, station.refused, station.backlog) == (0, 0, 0, 0)


@pytest.mark.parametrize("servers", [0.0, 4.0])
def test_a_station_that_is_idle_refuses_nobody(servers: float):
    station = Station()
    station.step(0, 0, servers, 15)
    assert station.refused == 0 and station.wait < 1e-3


def test_beyond_capacity_a_backlog_grows_as_fast_as_too_many_come():
    station = Station(longest=100)
    for n in range(1, 5):
        station.step(arriving=25, holding=0.2, servers=4, seconds=15)
        assert station.backlog == pytest.approx((25 - 20) * 15 * n)
    assert station.busy == 1.0


def test_the_wait_of_a_backlog_is_littles():
    station = Station(longest=100)
    for _ in range(6):
        station.step(25, 0.2, 4, 15)
    # Those who wait leave at the station's pace; the rest is the wait of a station that is nearly full.
    assert station.wait == pytest.approx(station.backlog / (4 / 0.2), rel=0.2)


def test_who_would_wait_too_long_is_turned_away():
    station = Station(longest=3)
    for _ in range(20):
        station.step(40, 0.2, 4, 15)
    assert station.backlog == pytest.approx(20 * 3) and station.wait == 3
    assert station.refused == pytest.approx(0.5), "what comes and is not served is refused"


def test_a_backlog_drains_when_fewer_come():
    station = Station(longest=100)
    for _ in range(4):
        station.step(25, 0.2, 4, 15)
    left = []
    while station.backlog > 0 and len(left) < 50:
        station.step(10, 0.2, 4, 15)
        left.append(station.backlog)
    assert left == sorted(left, reverse=True) and len(left) == 2  # 300 at 150 a step
    station.step(10, 0.2, 4, 15)
    assert station.busy == pytest.approx(0.5) and station.wait < 0.05


def test_more_servers_never_wait_longer():
    waits = []
    for servers in range(1, 40):
        station = Station(longest=10)
        station.step(18, 0.5, servers, 15)
        waits.append(station.wait)
    assert waits == sorted(waits, reverse=True)
