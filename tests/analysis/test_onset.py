"""When a series changed: found where there is a step, and not found in noise."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from aisre_nb.analysis.onset import change

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
