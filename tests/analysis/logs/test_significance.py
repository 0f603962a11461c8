"""Exact tests, beside the sums that define them."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.logs.significance import adjusted, binomial, fisher


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_binomial_is_twice_the_smaller_tail(k: int, more: int, share: float) -> None:
    n = k + more
    chances = [comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(n + 1)]
    tail = sum(chances[k:]) if k > n * share else sum(chances[: k + 1])
    assert binomial(np.array([k]), np.array([n]), share)[0] == pytest.approx(min(1.0, 2 * tail), rel=1e-6)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 40), st.data())
def test_fisher_is_the_chance_of_so_large_an_overlap(n: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    k = data.draw(st.integers(max(0, a + b - n), min(a, b)))
    chance = sum(comb(a, i) * comb(n - a, b - i) for i in range(k, min(a, b) + 1)) / comb(n, b)
    found = fisher(*(np.array([x]) for x in (k, a, b, n)))[0]
    assert found == pytest.approx(chance if k * n > a * b else 1.0, rel=1e-6)


def test_a_million_events_are_no_trouble() -> None:
    assert binomial(np.array([501_000]), np.array([1_000_000]), 0.5)[0] == pytest.approx(0.0456, abs=0.0005)
    assert fisher(*(np.array([x]) for x in (300_000, 500_000, 500_000, 1_000_000)))[0] < 1e-100


def test_adjusted_p_values_keep_their_order_and_grow_with_the_number_of_tests() -> None:
    assert adjusted(np.array([0.01, 0.04, 0.03, 0.5])).tolist() == pytest.approx([0.04, 0.16 / 3, 0.16 / 3, 0.5])
    assert adjusted(np.array([])).tolist() == []
