"""Everything that a series did: what ended has an end, and what never happened is not told."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.shifts import shifts

START = pd.Timestamp("2026-03-01T10:00:00Z")


def _series(values: np.ndarray | list[float]) -> pd.Series:
    return pd.Series(list(values), index=pd.date_range(START, periods=len(values), freq="30s"), dtype=float)


def _at(bucket: int) -> pd.Timestamp:
    return START + pd.Timedelta(seconds=30 * bucket)


def _noise(seed: int, n: int = 240) -> np.ndarray:
    return np.random.default_rng(seed).normal(5, 1, n)


@pytest.mark.parametrize("seed", range(10))
def test_a_short_event_has_a_start_and_an_end(seed: int) -> None:
    values = _noise(seed)
    values[90:110] += 5
    (found,) = shifts(_series(values))
    assert found.up and found.confidence > 0.5
    assert abs(found.start - _at(90)) <= pd.Timedelta(seconds=60)
    assert found.end is not None and abs(found.end - _at(110)) <= pd.Timedelta(seconds=60)
    assert found.before == pytest.approx(5, abs=0.5) and found.level == pytest.approx(10, abs=0.8)


def test_several_are_told_in_the_order_of_time_and_the_last_may_last() -> None:
    values = _noise(3)
    values[40:60] += 8
    values[120:150] -= 4.5
    values[200:] += 6
    found = shifts(_series(values))
    assert [(f.up, f.end is None) for f in found] == [(True, False), (False, False), (True, True)]


def test_rare_errors_in_a_row_are_an_event_and_single_ones_are_not() -> None:
    values = np.zeros(240)
    values[::17] = 0.1
    assert shifts(_series(values)) == ()
    values[100:112] = 0.3
    (found,) = shifts(_series(values), least=0.005)
    assert (found.start, found.end) == (_at(100), _at(112))


def test_gaps_and_infinities_are_left_out() -> None:
    values = _noise(1)
    values[90:130] += 6
    values[20:40], values[50], values[100:105] = math.nan, math.inf, math.nan
    (found,) = shifts(_series(values))
    assert abs(found.start - _at(90)) <= pd.Timedelta(seconds=60) and found.peak < 1e6


def test_a_long_series_is_looked_at_whole() -> None:
    values = np.random.default_rng(5).normal(5, 1, 20_000)
    values[9_000:11_000] += 5
    (found,) = shifts(_series(values))
    assert found.end is not None and abs(found.start - _at(9_000)) <= pd.Timedelta(seconds=30 * 40)


@pytest.mark.parametrize("shape", ["noise", "walk", "drift", "day", "spike", "two points", "constant", "empty"])
def test_what_is_no_shift(shape: str) -> None:
    random, t = np.random.default_rng(7), np.arange(240)
    values = {
        "noise": random.gamma(4, 5, 240), "walk": random.normal(0, 1, 240).cumsum() + 50,
        "drift": 5 + t / 40 + random.normal(0, 1, 240), "day": 9 + 3 * np.sin(t / 38) + random.normal(0, 1, 240),
        "spike": np.where(t == 100, 90.0, 5 + random.normal(0, 1, 240)), "two points": np.array([1.0, 900.0]),
        "constant": np.full(240, 3.0), "empty": np.array([]),
    }[shape]  # fmt: skip
    assert shifts(_series(values)) == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=40))
def test_nothing_breaks_it(values: list[float]) -> None:
    found = shifts(_series(values))
    assert all(f.end is None or f.start < f.end for f in found)
