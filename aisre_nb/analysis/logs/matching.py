"""Which template a line fits: by hashes of its tokens, without those where the template is variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.hashing import powers
from aisre_nb.analysis.logs.tokens import Tokens
from aisre_nb.analysis.logs.vocabulary import FREE

if TYPE_CHECKING:
    import numpy as np

    from aisre_nb.analysis.logs.templates import Template


class Matcher:
    """Knows token lines by their hash, and templates by length, variable positions and the hash of the rest."""

    def __init__(self) -> None:
        self._lines = _Table()
        self._templates: dict[int, dict[tuple[int, ...], _Table]] = {}

    def learn_line(self, line_hash: int, number: int) -> None:
        """A token line that is of template ``number``."""
        self._lines.put(line_hash, number)

    def learn_template(self, template: Template, number: int) -> None:
        """Template ``number``; of two that a line fits, the one with fewer variable positions wins, then the first."""
        import numpy as np

        free = np.flatnonzero(template.values == FREE)
        if not len(free):
            return
        rest = template.values.copy()
        rest[free] = 0
        key = int((rest * powers(len(rest))).sum(dtype=np.uint64))
        kinds = self._templates.setdefault(len(rest), {})
        kinds.setdefault(tuple(free.tolist()), _Table()).put(key, number)

    def match(self, tokens: Tokens, hashes: np.ndarray) -> np.ndarray:
        """The number of each line's template; -1 where it fits none."""
        import numpy as np

        found = self._lines.get(hashes)
        left = np.flatnonzero(found < 0)
        lengths = np.diff(tokens.first)[left]
        order = np.argsort(lengths, kind="stable")
        left, lengths = left[order], lengths[order]
        for length, kinds in self._templates.items():
            rows = left[np.searchsorted(lengths, length) : np.searchsorted(lengths, length, side="right")]
            for free, known in sorted(kinds.items(), key=lambda kind: (len(kind[0]), kind[0])):
                if not len(rows):
                    break
                begin = tokens.first[rows]
                columns = np.array(free)
                taken = tokens.values[begin[:, None] + columns] * powers(length)[columns]
                found[rows] = known.get(hashes[rows] - taken.sum(axis=1, dtype=np.uint64))
                rows = rows[found[rows] < 0]
        return found


class _Table:
    """Numbers by uint64 key, looked up many at a time."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._sorted: tuple[np.ndarray, np.ndarray] | None = None

    def put(self, key: int, number: int) -> None:
        """The first number of a key stays."""
        self._numbers.setdefault(key, number)
        self._sorted = None

    def get(self, keys: np.ndarray) -> np.ndarray:
        """The number of each key; -1 for those that are not known."""
        import numpy as np

        if not self._numbers:
            return np.full(len(keys), -1, np.int64)
        if self._sorted is None:
            order = sorted(self._numbers)
            of = [self._numbers[key] for key in order]
            self._sorted = np.array(order, np.uint64), np.array(of, np.int64)
        known, numbers = self._sorted
        at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
        return np.where(known[at] == keys, numbers[at], -1)
