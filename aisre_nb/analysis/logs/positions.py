"""Whether a position in lines that are alike is variable: by its different tokens, and by what stands beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.hashing import VARIABLE, row_hashes
from aisre_nb.analysis.logs.vocabulary import ASSIGNS, EQUALS, FLAG, FREE, MARK, NAMES, PATH, QUOTE

if TYPE_CHECKING:
    import numpy as np

_MANY = 5
"""So many different words in one position are names, not parts of the message."""
_MANY_VALUES = 4
"""The same behind ``=``, where a value stands."""
_MANY_NAMES = 3
"""The same behind a noun such as "user"."""
_AGAIN = 3
"""Lines for each combination of words that belong together."""


def is_variable(values: list[int], kinds: list[int], before: int, anchored: bool) -> bool:
    """Whether different tokens in one position are values; ``anchored`` if a word beside them stays the same."""
    if FREE in values or all(kind & PATH for kind in kinds):
        return True
    if not anchored or any(kind & MARK for kind in kinds):
        return False
    if VARIABLE in values or (before & EQUALS and all(kind & FLAG for kind in kinds)):
        return True
    many = _MANY_VALUES if before & EQUALS else _MANY_NAMES if before & NAMES else _MANY
    return len(values) >= many


def around(kinds: np.ndarray, column: int) -> int:
    """The kind of what stands before a column; `EQUALS` as well where JSON has a quoted key and a colon there."""
    before = [int(kinds[n]) if n >= 0 else 0 for n in (column - 1, column - 2, column - 3)]
    if before[0] & QUOTE and before[1] & ASSIGNS:
        before = before[1:]
    return before[0] | (EQUALS if before[0] & ASSIGNS and before[1] & QUOTE else 0)


def independent(matrix: np.ndarray, kinds: np.ndarray, columns: list[int]) -> list[int]:
    """Those of the columns that hold values of keys, if they change independently of each other.

    Messages that differ in several such places would differ in all of them together; flags come in all combinations.
    """
    import numpy as np

    last = matrix.shape[1] - 1
    values = []
    for column in columns:
        before, after = (int(kinds[0, n]) if 0 <= n <= last else 0 for n in (column - 1, column + 1))
        if before & QUOTE and column > 1:
            before = int(kinds[0, column - 2])
        further = int(kinds[0, column + 2]) if column + 2 <= last else MARK
        if before & ASSIGNS and (after & MARK or further & ASSIGNS) and not (kinds[:, column] & MARK).any():
            values.append(column)
    if len(values) < 2:
        return []
    most = max(len(np.unique(matrix[:, column])) for column in values)
    combinations = len(np.unique(row_hashes(matrix[:, values])))
    return values if combinations > most else []


def dependent(matrix: np.ndarray, counts: np.ndarray, columns: list[int]) -> bool:
    """Whether the words of several columns come in few fixed combinations, each again and again.

    Names would be combined in many ways; the words of different statements are not.
    """
    import numpy as np

    if len(columns) < 2:
        return False
    most = max(len(np.unique(matrix[:, column])) for column in columns)
    combinations = len(np.unique(row_hashes(matrix[:, columns])))
    return combinations == most and int(counts.sum()) >= _AGAIN * combinations
