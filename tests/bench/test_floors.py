"""Floors: the best constant list, and chance."""

from __future__ import annotations

import pytest

from aisre_nb.bench.floors import chance, constant


def test_the_best_list_covers_cases_and_not_only_the_most_frequent() -> None:
    # a is most frequent; b is only ever beside it.
    truths = [["a", "b"], ["a", "b"], ["a"], ["c"], ["d"]]
    assert constant(truths, 1).services == ("a",) and constant(truths, 1).value == pytest.approx(0.6)
    best = constant(truths, 3)
    assert set(best.services) == {"a", "c", "d"} and best.value == 1.0


def test_many_services_are_covered_one_after_the_other() -> None:
    truths = [[f"s{n}"] for n in range(60)] + [["s7"], ["s8"]]
    best = constant(truths, 3)
    assert {"s7", "s8"} <= set(best.services) and best.value == pytest.approx(5 / 62)


def test_nothing_has_no_floor() -> None:
    assert constant([], 3).value == 0.0 and constant([[]], 1).services == ()


def test_chance_is_that_of_a_shuffled_list() -> None:
    assert chance([["a"]], [4], 1) == pytest.approx(1 / 4)
    assert chance([["a"]], [4], 3) == pytest.approx(3 / 4)
    assert chance([["a", "b"]], [4], 1) == pytest.approx(1 / 2)
    assert chance([["a"]], [2], 3) == 1.0
    assert chance([["a"]], [0], 1) is None
