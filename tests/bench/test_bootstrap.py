"""The bootstrap: known widths, the same every time, over cases and not repeats."""

from __future__ import annotations

import pytest

from aisre_nb.bench.bootstrap import by_case, interval, paired


def test_the_interval_is_that_of_a_binomial() -> None:
    found = interval({str(n): float(n < 50) for n in range(100)})
    # 0.5 ± 1.96 · sqrt(0.25 / 100)
    assert found == pytest.approx((0.402, 0.598), abs=0.02)


def test_it_is_the_same_every_time_and_in_any_order() -> None:
    cases = {str(n): float(n % 3 == 0) for n in range(30)}
    assert interval(cases) == interval(dict(reversed(cases.items())))


def test_repeats_do_not_make_it_narrower() -> None:
    once = [(str(n), float(n % 2)) for n in range(20)]
    assert interval(by_case(once * 5)) == interval(by_case(once))
    assert by_case([("a", 1.0), ("a", 0.0), ("b", 1.0)]) == {"a": 0.5, "b": 1.0}


def test_nothing_has_no_interval() -> None:
    assert interval({}) is None and paired({"a": 1.0}, {"b": 1.0}) is None


def test_a_pair_is_surer_than_two_runs() -> None:
    before = {str(n): float(n < 50) for n in range(100)}
    after = {name: 1.0 if name in ("60", "61", "62", "63", "64", "65") else was for name, was in before.items()}
    found = paired(before, {**after, "only here": 0.0})
    assert found is not None
    difference, low, high = found
    assert difference == pytest.approx(0.06) and 0 < low < difference < high < 0.13
