"""Templates from a sample of token lines: which positions are constant and which are variable.

Lines of one length are grouped by the longest combination of words that are equally frequent (Yu, He, Li, Wang, Lyu,
"Brain: Log Parsing with Bidirectional Parallel Tree", IEEE TSC 2023). In such a group a position is variable when
what it holds looks like names: numbers, paths, or more different words than a message would have. Templates that then
differ in one variable position are one; a rare line that says in several tokens what another says in one variable
token is that one's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.tokens import VARIABLE, powers
from aisre_nb.analysis.logs.vocabulary import ASSIGNS, EQUALS, FLAG, FREE, MARK, NAMES, PATH, QUOTE, WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

_MANY = 5
"""So many different words in one position are names, not parts of the message."""
_MANY_VALUES = 4
"""The same behind ``=``, where a value stands."""
_MANY_NAMES = 3
"""The same behind a noun such as "user"."""
_FREQUENT = 0.5
"""A word this often as the most frequent one of its line may belong to what names the line's group."""
_RARE = 0.1
"""A template of at most this share of another's lines may be a variant of it."""
_LONGEST_RUN = 8
"""Tokens that a variable position takes in such a variant."""
_ROUNDS = 3
_BEGINNING = 40
"""Tokens at the beginning of a line that may be what every line begins with."""
_MOSTLY = 0.5
_DIFFERENT = 4
"""Lengths of lines that it takes to tell what lines begin with from what one message says."""
_AGAIN = 3
"""Lines for each combination of words."""


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
        kind[np.isin(_salted(matrix), heading)] &= MARK
        for group in _groups(_keys(matrix, kind)):
            masked = _masked(matrix[group], kind[group], weight[members][group])
            for same in _groups(_hashes(masked)):
                here = np.where(masked[same[0]] == FREE, PATH, kind[group[same[0]]]).astype(np.uint8)
                inside = [members[group[n]] for n in same.tolist()]
                best = max(inside, key=lambda n: (counts[n], rows[n].tobytes()))
                for n in inside:
                    of[n] = len(found)
                found.append(Template(masked[same[0]], here, sum(counts[n] for n in inside), best))
    return found, of


def merged(found: list[Template]) -> None:
    """Sets `Template.into` of those that are variants of another; may be called again with more templates."""
    for _ in range(_ROUNDS):
        if not _one_position(found):
            break
    _longer(found)


def _heading(rows: list[np.ndarray], lengths: int) -> np.ndarray:
    """What most lines have in the same place, as a level or a logger, salted: it tells nothing about their message."""
    import numpy as np

    if lengths < _DIFFERENT:
        return np.zeros(0, np.uint64)
    beginnings = [row[:_BEGINNING] for row in rows]
    salted = np.concatenate([row ^ powers(_BEGINNING + 1)[1 : len(row) + 1] for row in beginnings])
    length = np.repeat([len(row) for row in rows], [len(row) for row in beginnings])
    values, inverse, counts = np.unique(salted, return_inverse=True, return_counts=True)
    often = np.flatnonzero(counts >= _MOSTLY * len(rows))
    wide = [n for n in often.tolist() if len(np.unique(length[inverse == n])) >= _MOSTLY * lengths]
    return values[wide]


def _hashes(matrix: np.ndarray) -> np.ndarray:
    import numpy as np

    found: np.ndarray = (matrix * powers(matrix.shape[1])).sum(axis=1, dtype=np.uint64)
    return found


def _salted(matrix: np.ndarray) -> np.ndarray:
    """The values, different in different columns."""
    found: np.ndarray = matrix ^ powers(matrix.shape[1] + 1)[1:]
    return found


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
    _, inverse, counts = np.unique(_salted(matrix), return_inverse=True, return_counts=True)
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
    return _hashes(np.where(shown, matrix, np.uint64(0)))


def _masked(matrix: np.ndarray, kinds: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The rows of a group, with `FREE` in its variable columns."""
    import numpy as np

    varied = np.flatnonzero((matrix != matrix[0]).any(axis=0))
    if not len(varied):
        return matrix
    same = np.ones(matrix.shape[1], bool)
    same[varied] = False
    anchored = bool((same & ((kinds[0] & WORD) != 0)).any())
    free, many = [], []
    for column in varied.tolist():
        values, at = np.unique(matrix[:, column], return_index=True)
        kind, before = kinds[at, column].tolist(), _around(kinds[0], column)
        if _is_variable(values.tolist(), kind, before, anchored):
            plain = not before & EQUALS and all(k & WORD and not k & PATH for k in kind)
            (many if plain else free).append(column)
    free += many if not _dependent(matrix, counts, many) else []
    free += _independent(matrix, kinds, [column for column in varied.tolist() if column not in free])
    answer = matrix.copy()
    answer[:, free] = FREE
    return answer


def _independent(matrix: np.ndarray, kinds: np.ndarray, columns: list[int]) -> list[int]:
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
    combinations = len(np.unique(_hashes(matrix[:, values])))
    return values if combinations > most else []


def _dependent(matrix: np.ndarray, counts: np.ndarray, columns: list[int]) -> bool:
    """Whether the words of several columns come in few fixed combinations, each again and again.

    Names would be combined in many ways; the words of different statements are not.
    """
    import numpy as np

    if len(columns) < 2:
        return False
    most = max(len(np.unique(matrix[:, column])) for column in columns)
    combinations = len(np.unique(_hashes(matrix[:, columns])))
    return combinations == most and int(counts.sum()) >= _AGAIN * combinations


def _around(kinds: np.ndarray, column: int) -> int:
    """The kind of what stands before a column; `EQUALS` as well where JSON has a quoted key and a colon there."""
    before = [int(kinds[n]) if n >= 0 else 0 for n in (column - 1, column - 2, column - 3)]
    if before[0] & QUOTE and before[1] & ASSIGNS:
        before = before[1:]
    return before[0] | (EQUALS if before[0] & ASSIGNS and before[1] & QUOTE else 0)


def _is_variable(values: list[int], kinds: list[int], before: int, anchored: bool) -> bool:
    """Whether different tokens in one position are values; ``anchored`` if a word beside them stays the same."""
    if FREE in values or all(kind & PATH for kind in kinds):
        return True
    if not anchored or any(kind & MARK for kind in kinds):
        return False
    if VARIABLE in values or (before & EQUALS and all(kind & FLAG for kind in kinds)):
        return True
    many = _MANY_VALUES if before & EQUALS else _MANY_NAMES if before & NAMES else _MANY
    return len(values) >= many


def _one_position(found: list[Template]) -> bool:
    """Merges templates that differ in one variable position; whether there were any."""
    import numpy as np

    by_length: dict[int, list[Template]] = {}
    for template in found:
        if template.into is None:
            by_length.setdefault(len(template.values), []).append(template)
    candidates: list[tuple[int, int, list[Template]]] = []
    for length, members in by_length.items():
        if len(members) < 2:
            continue
        matrix = np.stack([template.values for template in members])
        keys = _salted(_hashes(matrix)[:, None] - matrix * powers(length)).ravel()
        order = np.argsort(keys, kind="stable")
        begins = np.flatnonzero(np.append(True, np.diff(keys[order]) != 0))
        ends = np.append(begins[1:], len(order))
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            if end - begin > 1:
                at = order[begin:end].tolist()
                candidates.append((at[0] % length, end - begin, [members[n // length] for n in at]))
    candidates.sort(key=lambda c: (-c[1], len(c[2][0].values), c[0], min(t.values.tobytes() for t in c[2])))
    new: list[Template] = []
    for column, _, group in candidates:
        group = [template for template in group if template.into is None]
        kind_of = {int(template.values[column]): int(template.kinds[column]) for template in group}
        if len(kind_of) < 2:
            continue
        first = group[0]
        anchored = bool((np.delete(first.kinds, column) & WORD).any())
        if _is_variable(list(kind_of), list(kind_of.values()), _around(first.kinds, column), anchored):
            best = max(group, key=lambda t: (t.count, t.values.tobytes()))
            values, kinds = first.values.copy(), first.kinds.copy()
            values[column], kinds[column] = FREE, PATH
            whole = Template(values, kinds, sum(t.count for t in group), best.row)
            for template in group:
                template.into = whole
            new.append(whole)
    found.extend(new)
    return bool(new)


def _longer(found: list[Template]) -> None:
    """Merges a rare template into a frequent one of which a variable position takes a run of its tokens."""
    import numpy as np

    alive = sorted((t for t in found if t.into is None), key=lambda t: (-t.count, t.values.tobytes()))
    known: dict[int, int] = {}
    used: Counter[int] = Counter()
    for n, template in enumerate(alive):
        words = (template.kinds & WORD) != 0
        used.update(np.unique(template.values[words]).tolist())
        if words.sum() < 2:
            continue
        before, behind = _ends(template.values[None])
        open_ = (template.values == VARIABLE) | (template.values == FREE)
        one, two = np.flatnonzero(open_), np.flatnonzero(open_[1:] & open_[:-1])
        keys = (before[0, one] ^ behind[0, one + 1], before[0, two] ^ behind[0, two + 2])
        for key in np.concatenate(keys).tolist():
            known.setdefault(key, n)
    if not known:
        return
    most = alive[0].count
    rare: dict[int, list[int]] = {}
    for n, template in enumerate(alive):
        if template.count <= _RARE * most:
            rare.setdefault(len(template.values), []).append(n)
    pairs = [pair for members in rare.values() for pair in _runs(alive, members, known)]
    for n, other, run in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].start, pair[2].stop)):
        tokens = alive[n].values[run]
        kind = alive[n].kinds[run]
        plain = not (kind & EQUALS).any() and all(used[v] <= 1 for v in tokens[(kind & WORD) != 0].tolist())
        plain &= len(tokens) > 1 or int(tokens[0]) in (VARIABLE, FREE)
        if (
            plain
            and alive[n].into is None
            and alive[other].into is None
            and alive[n].count <= _RARE * alive[other].count
        ):
            alive[n].into = alive[other]


def _runs(alive: list[Template], members: list[int], known: dict[int, int]) -> Iterator[tuple[int, int, slice]]:
    """Of templates of one length: the template, one that it is like without a run of its tokens, and the run."""
    import numpy as np

    keys = np.array(sorted(known), np.uint64)
    before, behind = _ends(np.stack([alive[n].values for n in members]))
    length = before.shape[1] - 1
    for size in range(1, min(_LONGEST_RUN, length - 1) + 1):
        wanted = before[:, : length + 1 - size] ^ behind[:, size:]
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        for row, begin in np.argwhere(keys[at] == wanted).tolist():
            yield members[row], known[int(wanted[row, begin])], slice(begin, begin + size)


def _ends(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of each beginning and of each end of the rows: both uint64, one column more than the rows have."""
    import numpy as np

    matrix = np.where(matrix == VARIABLE, np.uint64(FREE), matrix)
    count, length = matrix.shape
    before, behind = np.zeros((count, length + 1), np.uint64), np.zeros((count, length + 1), np.uint64)
    weights = powers(length + 1)
    before[:, 1:] = np.cumsum(matrix * weights[:length], axis=1, dtype=np.uint64)
    behind[:, :length] = np.cumsum(matrix[:, ::-1] * weights[1:], axis=1, dtype=np.uint64)[:, ::-1]
    return before, behind * np.uint64(0x9FB21C651E98DF25)
