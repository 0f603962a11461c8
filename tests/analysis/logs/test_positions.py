"""Which positions are variable."""

from __future__ import annotations

import numpy as np
import pytest

from aisre_nb.analysis.logs.hashing import VARIABLE
from aisre_nb.analysis.logs.positions import dependent, independent, is_variable
from aisre_nb.analysis.logs.vocabulary import ASSIGNS, EQUALS, FLAG, FREE, MARK, NAMES, PATH, WORD


@pytest.mark.parametrize(
    ("values", "kinds", "before", "anchored", "expected"),
    [
        ([1, 2, 3, 4], [WORD] * 4, WORD, True, False),
        ([1, 2, 3, 4, 5], [WORD] * 5, WORD, True, True),
        ([1, 2, 3, 4, 5], [WORD] * 5, WORD, False, False),
        ([1, 2, 3, 4], [WORD] * 4, EQUALS | ASSIGNS | MARK, True, True),
        ([1, 2, 3], [WORD] * 3, WORD | NAMES, True, True),
        ([1, VARIABLE], [WORD, PATH], WORD, True, True),
        ([1, 2], [WORD | FLAG] * 2, EQUALS | ASSIGNS | MARK, True, True),
        ([1, 2], [WORD | FLAG] * 2, WORD, True, False),
        ([1, 2], [WORD | PATH] * 2, WORD, False, True),
        ([1, FREE], [WORD, PATH], WORD, False, True),
        ([1, 2, 3, 4, 5], [WORD] * 4 + [MARK], WORD, True, False),
    ],
)
def test_what_stands_there_and_beside_decides(
    values: list[int], kinds: list[int], before: int, anchored: bool, expected: bool
) -> None:
    assert is_variable(values, kinds, before, anchored) is expected


def test_values_of_keys_that_come_in_all_combinations_are_variable() -> None:
    kinds = np.array([[WORD, ASSIGNS | MARK, WORD, MARK, WORD, ASSIGNS | MARK, WORD, MARK]] * 4, np.uint8)
    rows = [[1, 2, a, 3, 4, 2, b, 3] for a in (5, 6) for b in (7, 8)]
    matrix = np.array(rows, np.uint64)
    assert independent(matrix, kinds, [2, 6]) == [2, 6]
    assert independent(matrix[[0, 3]], kinds[:2], [2, 6]) == []


def test_words_that_only_come_together_again_and_again_depend_on_each_other() -> None:
    together = np.array([[a, a + 10] for a in range(5)], np.uint64)
    apart = np.array([[a, b] for a in range(5) for b in range(10, 15)], np.uint64)
    assert dependent(together, np.full(5, 9), [0, 1]) and not dependent(apart, np.full(25, 9), [0, 1])
    assert not dependent(together, np.ones(5), [0, 1]) and not dependent(together, np.full(5, 9), [0])
