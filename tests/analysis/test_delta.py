"""The smallest part of a set that still does something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.delta import Outcome, smallest


@given(st.integers(1, 24), st.sets(st.integers(0, 23), min_size=1, max_size=4))
def test_what_is_needed_is_found_alone(count: int, needed: set[int]) -> None:
    needed = {n % count for n in needed}
    found = smallest(count, lambda some: "yes" if needed <= some else "no", 1000)
    assert set(found.units) == needed and found.complete


def test_where_they_are_few_the_smallest_is_found_and_not_only_one_that_cannot_be_less() -> None:
    def does(some: frozenset[int]) -> Outcome:
        return "yes" if {0, 1} <= some or 4 in some else "no"

    assert smallest(5, does).units == (4,)


def test_what_does_not_fit_together_is_neither() -> None:
    def does(some: frozenset[int]) -> Outcome:
        if (3 in some) != (7 in some):
            return "unresolved"
        return "yes" if 3 in some else "no"

    assert smallest(10, does).units == (3, 7)


def test_each_set_is_tried_once_and_no_more_than_allowed() -> None:
    asked: list[frozenset[int]] = []

    def does(some: frozenset[int]) -> Outcome:
        asked.append(some)
        return "yes" if len(some) >= 7 else "no"

    found = smallest(16, does, most_tries=12)
    assert len(asked) == len(set(asked)) == found.tries == 12 and not found.complete
    assert len(found.units) < 16, "the best so far"


@pytest.mark.parametrize("count", [0, 3, 20])
def test_where_not_even_all_do_it_there_is_none(count: int) -> None:
    assert smallest(count, lambda some: "no").units == ()
