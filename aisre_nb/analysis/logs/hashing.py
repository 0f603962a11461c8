"""Hashes of tokens and of lines, many at once: 64 bits each.

A line's hash is the polynomial of its tokens' values (Karp and Rabin, "Efficient randomized pattern-matching
algorithms", IBM Journal 1987), so that a position can be taken out of it again by one subtraction.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

VARIABLE = 0x9E3779B97F4A7C15
"""The value of every token that is masked."""
_BASE = 0xD1342543DE82EF95


def line_hashes(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """One uint64 a line: the sum of its tokens' values, each times the weight of its position.

    ``first``: for each line the index of its first token, and one more.
    """
    import numpy as np

    count = len(values)
    sums = np.zeros(count + 1, np.uint64)
    np.cumsum(values * powers(count), dtype=np.uint64, out=sums[1:])
    begin = first[:-1]
    found: np.ndarray = (sums[first[1:]] - sums[begin]) * _powers(_size(count + 1), pow(_BASE, -1, 2**64))[begin]
    return found


def powers(count: int) -> np.ndarray:
    """The weights of the first ``count`` positions, uint64."""
    return _powers(_size(count), _BASE)[:count]


def row_hashes(matrix: np.ndarray) -> np.ndarray:
    import numpy as np

    found: np.ndarray = (matrix * powers(matrix.shape[1])).sum(axis=1, dtype=np.uint64)
    return found


def salted(matrix: np.ndarray) -> np.ndarray:
    """The values, different in different columns."""
    found: np.ndarray = matrix ^ powers(matrix.shape[1] + 1)[1:]
    return found


def _size(count: int) -> int:
    return 1 << max(10, (count - 1).bit_length())


@lru_cache(maxsize=8)
def _powers(count: int, base: int) -> np.ndarray:
    import numpy as np

    factors = np.full(count, base, np.uint64)
    factors[0] = 1
    return np.cumprod(factors, dtype=np.uint64)


def hashed(buffer: np.ndarray, begin: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Of words: from their first, middle and last eight bytes and their length."""
    import numpy as np

    eight = np.ndarray(len(buffer) - 8, "<u8", buffer, strides=(1,))
    short = np.array([(1 << (8 * n)) - 1 for n in range(9)], np.uint64)
    found = eight[begin]
    found &= short[np.minimum(length, 8)]
    found += length.astype(np.uint64) * np.uint64(0xA0761D6478BD642F)
    found = _mixed(found)
    long = np.flatnonzero(length > 8)
    begin, length = begin[long], length[long]
    found[long] ^= _mixed(eight[begin + length - 8] * np.uint64(0xE7037ED1A0B428DB))
    found[long] += _mixed(eight[begin + length // 2 - 4])
    return found


def _mixed(values: np.ndarray) -> np.ndarray:
    """Each bit of the answer from all bits of the value (the finaliser of MurmurHash3, Appleby)."""
    import numpy as np

    values = values ^ (values >> np.uint64(33))
    values *= np.uint64(0xFF51AFD7ED558CCD)
    values ^= values >> np.uint64(33)
    return values


@lru_cache(maxsize=1)
def mark_values() -> np.ndarray:
    import numpy as np

    return _mixed(np.arange(1, 257, dtype=np.uint64) << np.uint64(40))


@lru_cache(maxsize=4)
def _word_values(words: tuple[str, ...]) -> np.ndarray:
    """Their hashes, sorted."""
    import numpy as np

    coded = [word.encode() for word in words]
    buffer = np.frombuffer(b"\n".join(coded) + b"\n" * 16, np.uint8)
    length = np.array([len(word) for word in coded])
    return np.sort(hashed(buffer, np.cumsum(length + 1) - length - 1, length))


def among(values: np.ndarray, words: tuple[str, ...]) -> np.ndarray:
    import numpy as np

    known = _word_values(words)
    found: np.ndarray = known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values
    return found
