"""What came more or less often since an instant, in windows of different length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.logs.rates import compared, dispersion


def _change(before: int, after: int, seconds: tuple[float, float], spread: float = 1.0) -> str:
    return str(compared(np.array([before]), np.array([after]), seconds, spread)["change"].iloc[0])


@pytest.mark.parametrize(
    ("before", "after", "seconds", "expected"),
    [
        (100, 100, (3600.0, 3600.0), ""),
        (100, 10, (3600.0, 360.0), ""),
        (100, 100, (3600.0, 360.0), "surging"),
        (100, 0, (3600.0, 3600.0), "gone"),
        (100, 0, (3600.0, 60.0), ""),
        (1000, 100, (3600.0, 3600.0), "fading"),
        (0, 4, (3600.0, 3600.0), ""),
        (1, 3, (3600.0, 3600.0), ""),
        (10_000, 12_000, (3600.0, 3600.0), ""),
    ],
)
def test_rates_are_compared_rather_than_counts(
    before: int, after: int, seconds: tuple[float, float], expected: str
) -> None:
    assert _change(before, after, seconds) == expected


def test_what_comes_in_bursts_has_to_change_more() -> None:
    assert _change(20, 60, (600.0, 600.0)) == "surging" and _change(20, 60, (600.0, 600.0), spread=20.0) == ""


def test_of_many_equal_rates_hardly_any_is_said_to_have_changed() -> None:
    chance = np.random.default_rng(1)
    found = compared(chance.poisson(20, 2000), chance.poisson(20, 2000), (60.0, 60.0))
    assert (found["change"] != "").sum() == 0


def test_a_window_of_no_length_tells_nothing() -> None:
    found = compared(np.array([0, 3]), np.array([5, 3]), (0.0, 60.0))
    assert found["change"].tolist() == ["", ""] and found["ratio"].isna().all()


def test_bursts_are_dispersed_and_a_steady_stream_is_not() -> None:
    steady, bursts = np.arange(0.0, 600.0, 3.0), np.repeat([10.0, 400.0], 100)
    assert dispersion(steady, 600.0) < 1.5 and dispersion(bursts, 600.0) > 20
    assert dispersion(np.array([]), 600.0) == dispersion(steady, 0.0) == 1.0


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=20),
    st.floats(-1, 1e6),
    st.floats(-1, 1e6),
)
def test_any_counts_have_an_answer(counts: list[tuple[int, int]], early: float, late: float) -> None:
    found = compared(np.array([b for b, _ in counts]), np.array([a for _, a in counts]), (early, late))
    assert len(found) == len(counts) and found["p_value"].between(0, 1).all()
