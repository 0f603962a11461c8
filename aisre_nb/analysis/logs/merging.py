"""Templates that are variants of each other: of one length but for one position, or longer by a run of tokens.

Which templates are alike is found by hashes, so that no two of them are compared that are not.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.hashing import VARIABLE, powers, row_hashes, salted
from aisre_nb.analysis.logs.positions import around, is_variable
from aisre_nb.analysis.logs.templates import Template
from aisre_nb.analysis.logs.vocabulary import EQUALS, FREE, PATH, WORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

_RARE = 0.1
"""A template of at most this share of another's lines may be a variant of it."""
_LONGEST_RUN = 8
"""Tokens that a variable position takes in such a variant."""
_ROUNDS = 3


def merged(found: list[Template]) -> None:
    """Sets `Template.into` of those that are variants of another; may be called again with more templates."""
    for _ in range(_ROUNDS):
        if not _one_position(found):
            break
    _longer(found)


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
        keys = salted(row_hashes(matrix)[:, None] - matrix * powers(length)).ravel()
        order = np.argsort(keys, kind="stable")
        begins = np.flatnonzero(np.append(True, np.diff(keys[order]) != 0))
        ends = np.append(begins[1:], len(order))
        several = ends - begins > 1
        for begin, end in zip(begins[several].tolist(), ends[several].tolist(), strict=True):
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
        if is_variable(list(kind_of), list(kind_of.values()), around(first.kinds, column), anchored):
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
        around_them = before[0, one] ^ behind[0, one + 1], before[0, two] ^ behind[0, two + 2]
        for key in np.concatenate(around_them).tolist():
            known.setdefault(key, n)
    if not known:
        return
    most = alive[0].count
    rare: dict[int, list[int]] = {}
    for n, template in enumerate(alive):
        if template.count <= _RARE * most:
            rare.setdefault(len(template.values), []).append(n)
    keys, owners = np.array(list(known), np.uint64), np.array(list(known.values()))
    order = np.argsort(keys)
    pairs = [pair for members in rare.values() for pair in _runs(alive, members, keys[order], owners[order])]
    for n, other, run in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2].start, pair[2].stop)):
        tokens = alive[n].values[run]
        kind = alive[n].kinds[run]
        plain = not (kind & EQUALS).any() and all(used[v] <= 1 for v in tokens[(kind & WORD) != 0].tolist())
        plain &= len(tokens) > 1 or int(tokens[0]) in (VARIABLE, FREE)
        if plain and alive[n].into is None and alive[other].into is None:
            alive[n].into = alive[other]


def _runs(
    alive: list[Template], members: list[int], keys: np.ndarray, owners: np.ndarray
) -> Iterator[tuple[int, int, slice]]:
    """Of templates of one length: the template, a frequent one that it is like without a run of its tokens, the run."""
    import numpy as np

    before, behind = _ends(np.stack([alive[n].values for n in members]))
    least = np.array([alive[n].count for n in members])[:, None] / _RARE
    counts = np.array([template.count for template in alive])[owners]
    length = before.shape[1] - 1
    for size in range(1, min(_LONGEST_RUN, length - 1) + 1):
        wanted = before[:, : length + 1 - size] ^ behind[:, size:]
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        for row, begin in np.argwhere((keys[at] == wanted) & (counts[at] >= least)).tolist():
            yield members[row], int(owners[at[row, begin]]), slice(begin, begin + size)


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
