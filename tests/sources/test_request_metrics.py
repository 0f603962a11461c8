from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.sources.request_metrics import best, quantile, seconds_per_unit, unit_of

INF = float("inf")


def test_a_quantile_is_linear_within_its_bucket() -> None:
    assert quantile([0.1, 0.2, INF], [10, 10, 0], 0.75) == pytest.approx(0.15)


def test_a_quantile_in_the_last_bucket_is_the_highest_finite_bound() -> None:
    assert quantile([0.1, 0.2, INF], [1, 0, 99], 0.95) == 0.2


def test_an_empty_histogram_has_no_quantile() -> None:
    assert quantile([0.1, INF], [0, 0], 0.5) is None


@given(st.lists(st.integers(0, 1000), min_size=4, max_size=4), st.floats(0.01, 0.98))
def test_quantiles_rise_and_stay_within_the_bounds(counts: list[int], q: float) -> None:
    bounds = [0.1, 0.5, 1.0, INF]
    low, high = quantile(bounds, counts, q), quantile(bounds, counts, q + 0.01)
    if sum(counts) == 0:
        assert low is None
    else:
        assert low is not None and high is not None
        assert 0 <= low <= high + 1e-12 <= 1.0 + 1e-9


def test_the_stored_unit_goes_before_the_name() -> None:
    assert seconds_per_unit("http.server.duration", "") == 0.001
    assert seconds_per_unit("http.server.duration", "s") == 1.0
    assert seconds_per_unit("http.server.request.duration", "ms") == 0.001


def test_a_unit_is_read_off_the_name_where_none_is_stored() -> None:
    assert unit_of("LatencyP90(s)", "") == "s"
    assert unit_of("jvm_memory_bytes", "") == "By"
    assert unit_of("process.cpu.utilization", "") == "1"
    assert unit_of("x", "{call}") == "{call}"


def test_the_most_telling_name_wins() -> None:
    assert best(["b", "c"], ["a", "c", "b"]) == "c"
    assert best(["x"], ["a"]) is None
