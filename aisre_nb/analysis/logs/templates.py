"""Templates from a sample of token lines: which positions are constant and which are variable.

Lines of one length are grouped by the longest combination of words that are equally frequent (Yu, He, Li, Wang, Lyu,
"Brain: Log Parsing with Bidirectional Parallel Tree", IEEE TSC 2023). In such a group a position is variable when
what it holds looks like values; where the same words stand in the constant positions, the template is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.hashing import powers, row_hashes, salted
from aisre_nb.analysis.logs.positions import around, dependent, independent, is_variable
from aisre_nb.analysis.logs.vocabulary import EQUALS, FREE, MARK, PATH, WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

_FREQUENT = 0.5
"""A word this often as the most frequent one of its line may belong to what names the line's group."""
_BEGINNING = 40
"""Tokens at the beginning of a line that may be what every line begins with."""
_MOSTLY = 0.5
_DIFFERENT = 4
"""Lengths of lines that it takes to tell what lines begin with from what one message says."""
_ENOUGH = 20
"""Lines, different even when masked, that it takes as well."""


@dataclass
class Template:
    """Lines of one length that share their constant tokens."""

    values: np.ndarray
    """uint64, one a position; `FREE` where any token may stand."""
    kinds: np.ndarray
    """uint8, what kind of token each is; what every line begins with counts as no word."""
    count: int
    """Lines of the sample."""
    row: int
    """The row of the sample that stands for it: the most frequent one."""
    into: Template | None = None
    """The template that this one is a variant of."""

    @property
    def root(self) -> Template:
        """What this one was merged into, at last."""
        found = self
        while found.into is not None:
            found = found.into
        return found


def templates(rows: list[np.ndarray], kinds: list[np.ndarray], counts: list[int]) -> tuple[list[Template], list[int]]:
    """Templates of different token lines (values and their kinds) that occur ``counts`` times; and each row's one.

    The order of the rows has no influence on which rows share a template.
    """
    import numpy as np

    by_length: dict[int, list[int]] = {}
    for n, row in enumerate(rows):
        by_length.setdefault(len(row), []).append(n)
    found: list[Template] = []
    of = [0] * len(rows)
    heading = _heading(rows, len(by_length))
    weight = np.array(counts)
    for members in by_length.values():
        matrix = np.stack([rows[n] for n in members])
        kind = np.stack([kinds[n] for n in members])
        kind[np.isin(salted(matrix), heading)] &= np.uint8(255 - WORD)
        for group in _groups(_keys(matrix, kind)):
            masked = _masked(matrix[group], kind[group], weight[members][group])
            for same in _groups(row_hashes(masked)):
                here = np.where(masked[same[0]] == FREE, PATH, kind[group[same[0]]]).astype(np.uint8)
                inside = [members[group[n]] for n in same.tolist()]
                best = max(inside, key=lambda n: (counts[n], rows[n].tobytes()))
                for n in inside:
                    of[n] = len(found)
                found.append(Template(masked[same[0]], here, sum(counts[n] for n in inside), best))
    return found, of


def _heading(rows: list[np.ndarray], lengths: int) -> np.ndarray:
    """What most lines have in the same place, as a level or a logger, salted: it tells nothing about their message."""
    import numpy as np

    if lengths < _DIFFERENT or len(rows) < _ENOUGH:
        return np.zeros(0, np.uint64)
    beginnings = [row[:_BEGINNING] for row in rows]
    salted = np.concatenate([row ^ powers(_BEGINNING + 1)[1 : len(row) + 1] for row in beginnings])
    length = np.repeat([len(row) for row in rows], [len(row) for row in beginnings])
    values, inverse, counts = np.unique(salted, return_inverse=True, return_counts=True)
    often = np.flatnonzero(counts >= _MOSTLY * len(rows))
    wide = [n for n in often.tolist() if len(np.unique(length[inverse == n])) >= _MOSTLY * lengths]
    return values[wide]


def _groups(keys: np.ndarray) -> Iterator[np.ndarray]:
    """The indices of equal keys, group by group."""
    import numpy as np

    order = np.argsort(keys, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)


def _keys(matrix: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """For each row a hash of its punctuation and of its longest combination of equally frequent words."""
    import numpy as np

    count, length = matrix.shape
    if count == 1:
        return np.zeros(1, np.uint64)
    _, inverse, counts = np.unique(salted(matrix), return_inverse=True, return_counts=True)
    frequency = counts[inverse].reshape(matrix.shape)
    frequency[(kinds & WORD) == 0] = 0
    ordered = np.sort(frequency, axis=1)
    begins = np.ones(ordered.shape, bool)
    begins[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    starts = np.flatnonzero(begins)
    runs = np.diff(np.append(starts, count * length))
    value = ordered.ravel()[starts]
    enough = (value > 0) & (value >= _FREQUENT * ordered[starts // length, -1])
    score = np.where(enough, runs * (count + 1) + value, 0)
    best = np.maximum.reduceat(score, np.flatnonzero(starts % length == 0)) % (count + 1)
    shown = ((kinds & MARK) != 0) | ((frequency == best[:, None]) & (frequency > 0))
    shown |= (best == 0)[:, None]
    return row_hashes(np.where(shown, matrix, np.uint64(0)))


def _masked(matrix: np.ndarray, kinds: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The rows of a group, with `FREE` in its variable columns."""
    import numpy as np

    varied = np.flatnonzero((matrix != matrix[0]).any(axis=0))
    if not len(varied):
        return matrix
    same = np.ones(matrix.shape[1], bool)
    same[varied] = False
    anchored = bool((same & ((kinds[0] & WORD) != 0)).any())
    free: list[int] = []
    many: list[int] = []
    for column in varied.tolist():
        values, at = np.unique(matrix[:, column], return_index=True)
        kind, before = kinds[at, column].tolist(), around(kinds[0], column)
        if is_variable(values.tolist(), kind, before, anchored):
            plain = not before & EQUALS and all(k & WORD and not k & PATH for k in kind)
            (many if plain else free).append(column)
    free += many if not dependent(matrix, counts, many) else []
    free += independent(matrix, kinds, [column for column in varied.tolist() if column not in free])
    answer = matrix.copy()
    answer[:, free] = FREE
    return answer
