"""When a series changed: found where there is a step, and not found in noise."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.onset import change, changes

START = pd.Timestamp("2026-03-01T10:00:00Z")


def _series(values: np.ndarray | list[float]) -> pd.Series:
    return pd.Series(list(values), index=pd.date_range(START, periods=len(values), freq="30s"), dtype=float)


@pytest.mark.parametrize("seed", range(40))
def test_a_step_is_found_within_two_buckets(seed: int) -> None:
    random = np.random.default_rng(seed)
    values = np.concatenate([random.normal(0.01, 0.003, 180), random.normal(0.12, 0.02, 60)]).clip(0)
    found = change(_series(values), least=0.005)
    assert found.onset is not None and found.direction == "up" and found.confidence > 0.9
    assert abs((found.onset - (START + pd.Timedelta(seconds=30 * 180))).total_seconds()) <= 60


def test_noise_is_rarely_called_a_change() -> None:
    random = np.random.default_rng(1)
    wrong = sum(change(_series(random.gamma(4, 5, 240))).onset is not None for _ in range(200))
    assert wrong <= 4


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 5, [0.0] * 240, [math.nan] * 50])
def test_too_little_and_constants_are_flat(values: list[float]) -> None:
    found = change(_series(values))
    assert found.onset is None and found.direction == "flat"


def test_a_fall_is_down_and_gaps_are_skipped() -> None:
    values = [10.0 + (n % 3) * 0.1 for n in range(100)] + [2.0 + (n % 3) * 0.1 for n in range(40)]
    values[20:30] = [math.nan] * 10
    found = change(_series(values))
    assert found.direction == "down" and found.before == pytest.approx(10.1) and found.after == pytest.approx(2.1)
    assert found.ratio == pytest.approx(2.1 / 10.1)


def test_a_single_spike_is_no_shift_of_level() -> None:
    values = [1.0 + (n % 5) * 0.05 for n in range(240)]
    values[120] = 50.0
    assert change(_series(values)).onset is None


def test_a_shift_below_what_matters_is_flat() -> None:
    assert change(_series([0.001] * 100 + [0.003] * 100), least=0.005).onset is None


def _noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(10, 1, 240)


@pytest.mark.parametrize("shape", ["walk", "like its neighbours", "drift", "part of a day", "spikes", "a last spike"])
def test_what_only_looks_like_a_change(shape: str) -> None:
    t, told = np.arange(240), []
    for seed in range(30):
        noise = _noise(seed)
        alike = np.convolve(noise - 10, 0.8 ** np.arange(30), mode="full")[:240] + 10
        values = {
            "walk": (noise - 10).cumsum() + 60, "like its neighbours": alike, "drift": noise + t / 30,
            "part of a day": noise + 4 * np.sin(t / 40 + seed), "spikes": np.where(t % 71 == seed, 90, noise),
            "a last spike": np.where(t == 239, 90, noise),
        }[shape]  # fmt: skip
        told.append(change(_series(values)).onset is not None)
    assert sum(told) <= 1


@pytest.mark.parametrize("seed", range(10))
def test_a_leak_has_its_onset_where_it_begins_to_climb(seed: int) -> None:
    found = change(_series(_noise(seed) + 0.2 * np.maximum(np.arange(240) - 150, 0)))
    assert found.shape == "ramp" and found.direction == "up" and found.onset is not None
    assert abs((found.onset - (START + pd.Timedelta(seconds=30 * 150))).total_seconds()) <= 5 * 30


@pytest.mark.parametrize("seed", range(10))
def test_a_jump_on_a_drift_is_found_where_it_is(seed: int) -> None:
    t = np.arange(240)
    found = change(_series(_noise(seed) + t / 50 + 5 * (t >= 200)))
    assert found.shape == "step" and found.onset is not None
    assert abs((found.onset - (START + pd.Timedelta(seconds=30 * 200))).total_seconds()) <= 60


def test_what_came_back_long_ago_is_no_change_that_lasts() -> None:
    values = _noise(4)
    values[100:120] += 8
    assert change(_series(values)).onset is None


@pytest.mark.parametrize("scale", [1e-12, 1e12])
def test_the_unit_does_not_matter(scale: float) -> None:
    found = change(_series(scale * np.where(np.arange(240) < 180, _noise(2), 2 * _noise(2))))
    assert found.onset is not None and found.ratio == pytest.approx(2, rel=0.1)


def test_infinities_are_gaps() -> None:
    values = np.where(np.arange(240) < 180, _noise(2), 2 * _noise(2))
    values[::9], values[1::9] = math.inf, -math.inf
    found = change(_series(values))
    assert found.onset == START + pd.Timedelta(seconds=30 * 182) and math.isfinite(found.peak)


def test_many_at_once_are_told_as_one_by_one() -> None:
    rows = [_noise(n)[: 60 + 20 * (n % 4)] + 6 * (np.arange(60 + 20 * (n % 4)) >= 40) * (n % 2) for n in range(40)]
    together = [found.change for found in changes(rows)]
    alone = [change(_series(row)) for row in rows]
    assert [replace(c, confidence=0.0) for c in together] == [replace(c, confidence=0.0, onset=None) for c in alone]
    assert [c.confidence for c in together] == pytest.approx([c.confidence for c in alone])
    assert [found.direction for found in together] == ["flat", "up"] * 20


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=60))
def test_nothing_breaks_it(values: list[float]) -> None:
    found = change(_series(values))
    assert 0 <= found.confidence <= 1 and (found.onset is None) == (found.direction == "flat")


def test_a_queue_that_was_always_empty_and_fills_is_certain() -> None:
    import pandas as pd

    times = pd.date_range("2026-01-05T10:00:00Z", periods=120, freq="1min")
    filling = pd.Series([0.0] * 80 + [2.5 * n + (n % 3) for n in range(40)], index=times)
    found = change(filling)
    assert found.direction == "up" and found.confidence >= 0.95
    now_and_then = pd.Series([0.0] * 80 + [float(n % 4 == 0) for n in range(40)], index=times)
    assert change(now_and_then).confidence < 0.95
