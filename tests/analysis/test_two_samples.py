"""Two samples beside each other."""

from __future__ import annotations

import numpy as np
import pytest

from aisre_nb.analysis.two_samples import shifted, surest


def test_it_agrees_with_the_normal_approximation_of_the_rank_sum() -> None:
    before, now = np.array([1.0, 2, 3, 4, 5, 6, 7, 8]), np.array([6.0, 7, 8, 9, 10, 11, 12, 13])
    # scipy.stats.mannwhitneyu(now, before, alternative="greater", method="asymptotic"): p = 0.0022427.
    sure, part = shifted(before, now)
    assert sure == pytest.approx(2.84184, abs=1e-4)
    assert part == pytest.approx(1 - 4.5 / 9.5)


def test_a_single_value_off_does_not_count_and_a_tenth_of_them_is_seen() -> None:
    rng = np.random.default_rng(7)
    before = rng.normal(10, 1, 200)
    assert shifted(before, np.append(rng.normal(10, 1, 50), 1e9))[0] < 2
    now = np.where(np.arange(200) % 8 == 0, 500.0, rng.normal(10, 1, 200))
    sure, part = shifted(before, now)
    assert sure > 1 and part > 0.9


def test_equal_and_missing_values_are_no_shift() -> None:
    none, one, two = np.array([]), np.array([1.0]), np.array([1.0, 1.0])
    assert shifted(two, two) == shifted(none, two) == shifted(one, two) == shifted(two, one) == (0.0, 0.0)


def test_no_shift_is_surer_than_the_surest() -> None:
    before, now = np.arange(6.0), np.arange(10.0, 14.0)
    assert shifted(before, now)[0] == pytest.approx(surest(6, 4))
    assert surest(1, 9) == 0.0
