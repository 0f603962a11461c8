"""Log lines cut into tokens, all lines at once, with what varies by nature (numbers, ids, addresses, paths) masked.

The lines are one array of bytes, and every step is a pass of numpy over it: no Python code runs for a single line. A
token is a word or one mark of punctuation; its value is a 64-bit hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.hashing import VARIABLE, among, hashed, mark_values
from aisre_nb.analysis.logs.words import DATES, UNITS

if TYPE_CHECKING:
    import numpy as np

WILDCARD = b"<*>"
"""How a masked token is written; read again, it is masked again."""
_SPACE, _MARK, _DIGIT, _DOT, _SLASH, _DECORATION, _HEX = 1, 2, 4, 8, 16, 32, 64
_SETS = (
    (_MARK, b"=:,;()[]{}\"'<>|&?`\n"),
    (_DIGIT, b"0123456789"),
    (_DOT, b"."),
    (_SLASH, b"/\\"),
    (_DECORATION, b".*-=#~"),
    (_HEX, b"0123456789abcdefABCDEF"),
)
_ID = 8
"""A word of this many hexadecimal letters is an id: no English word is."""
_SHORT = max(len(word.encode()) for word in DATES + UNITS)


@dataclass(frozen=True)
class Tokens:
    """The tokens of n lines, line after line; each line's last one is its newline."""

    values: np.ndarray
    """A token's hash, uint64; `VARIABLE` where it was masked."""
    first: np.ndarray
    """For each line the index of its first token, and one more: int64, n + 1."""
    starts: np.ndarray | None = None
    """A token's first byte, int64; where they were asked for."""
    ends: np.ndarray | None = None
    """The byte after the last one of what it stands for, int64."""


def tokenise(text: bytes, places: bool = False) -> Tokens:
    """The tokens of lines that each end in a newline; where in the text they are, if ``places``."""
    import numpy as np

    buffer = np.frombuffer(text + b"\n" * 16, np.uint8)
    classes = np.frombuffer(bytearray(text).translate(_classes()), np.uint8)
    _spell(text, buffer, classes)
    word = (classes & (_SPACE | _MARK)) == 0
    begins = (classes & _MARK) != 0
    begins[0] |= word[0]
    begins[1:] |= word[1:] & ~word[:-1]
    starts = np.flatnonzero(begins)
    return _sequences(buffer, classes, starts, places)


def together(parts: list[tuple[Tokens, np.ndarray]]) -> tuple[Tokens, np.ndarray]:
    """The tokens of several texts, and the hashes of their lines, one after another; without the places."""
    import numpy as np

    sizes = np.cumsum([0, *(len(tokens.values) for tokens, _ in parts)])
    first = [tokens.first[:-1] + size for (tokens, _), size in zip(parts, sizes.tolist(), strict=False)]
    values = np.concatenate([tokens.values for tokens, _ in parts])
    return Tokens(values, np.concatenate([*first, sizes[-1:]])), np.concatenate([hashes for _, hashes in parts])


@lru_cache(maxsize=1)
def _classes() -> bytes:
    """The sets that each byte is in."""
    found = bytearray(_SPACE if byte <= 32 or byte == 127 else 0 for byte in range(256))
    found[ord("\n")] = 0
    for flag, members in _SETS:
        for byte in members:
            found[byte] |= flag
    return bytes(found)


def _spell(text: bytes, buffer: np.ndarray, classes: np.ndarray) -> None:
    """Decoration, as in ``.....``, becomes a space; what was masked before becomes a word with a digit."""
    import numpy as np

    doubled = np.flatnonzero((buffer[1 : len(text)] == buffer[: len(text) - 1]) & ((classes[1:] & _DECORATION) != 0))
    classes[doubled] = _SPACE
    classes[doubled + 1] = _SPACE
    if b"*" in text and WILDCARD in text:
        stars = np.flatnonzero(buffer[: len(text)] == ord("*"))
        stars = stars[stars > 0]
        stars = stars[(buffer[stars - 1] == ord("<")) & (buffer[stars + 1] == ord(">"))]
        for at in (stars - 1, stars, stars + 1):
            classes[at] = _DIGIT


def _before(flags: np.ndarray, by: int = 1) -> np.ndarray:
    """The flags of the token ``by`` places earlier; False beyond the start."""
    import numpy as np

    return np.concatenate((np.zeros(by, bool), flags[:-by]))[: len(flags)]


def _ends(classes: np.ndarray, starts: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """The byte after each of the tokens: the next token's first one but for the spaces between. Not for the last."""
    import numpy as np

    ends: np.ndarray = starts[tokens + 1]
    spaces = np.flatnonzero((classes[ends - 1] & _SPACE) != 0)
    while len(spaces):
        ends[spaces] -= 1
        spaces = spaces[(classes[ends[spaces] - 1] & _SPACE) != 0]
    return ends


def _sequences(buffer: np.ndarray, classes: np.ndarray, starts: np.ndarray, places: bool) -> Tokens:
    """Masks; makes dates, quantities with their unit, ``host:port`` and lists one variable token each.

    ``starts``: where tokens begin. A pass over all of them costs more than anything done to the few that a rule is
    about.
    """
    import numpy as np

    count = len(starts)
    flags = np.bitwise_or.reduceat(classes, starts)
    marks = (flags & _MARK) != 0
    variable = (flags & _DIGIT) != 0
    _paths(buffer, classes, starts, flags, variable)
    kind = buffer[starts]
    values = mark_values()[kind]
    plain = np.flatnonzero(~(marks | variable))
    begin = starts[plain]
    length = _ends(classes, starts, plain) - begin
    spelled = hashed(buffer, begin, length)
    values[plain] = spelled
    _hexadecimal(buffer, classes, begin, length, plain, variable)

    def close(tokens: np.ndarray) -> np.ndarray:
        """Whether there is no space before each of the tokens."""
        found: np.ndarray = (classes[starts[tokens] - 1] & _SPACE) == 0
        return found

    drop = np.zeros(count, bool)
    short = np.flatnonzero(length <= _SHORT)
    _dates_and_units(plain[short], spelled[short], marks, variable, drop)
    colons = np.flatnonzero(kind == ord(":"))
    colons = colons[colons > 0]
    pairs = short[length[short] == 2]
    pairs = plain[pairs[(classes[begin[pairs]] & classes[begin[pairs] + 1] & _HEX) != 0]]
    _addresses(pairs, colons[close(colons) & close(colons + 1)], variable)
    port = colons[variable[colons + 1]]
    named = variable[port - 1] | ((flags[port - 1] & _DOT) != 0) & ~marks[port - 1]
    port = port[named & close(port) & close(port + 1)]
    variable[port - 1] = True
    drop[port] = True
    # Hosts in short, as in node-[1-3].
    opening = np.flatnonzero(kind == ord("["))
    opening = opening[(opening > 0) & variable[opening + 1]]
    hosts = ~(marks | variable)[opening - 1] & ((flags[opening - 1] & _DECORATION) != 0)
    hosts &= close(opening) & close(opening + 1) & (kind[np.minimum(opening + 2, count - 1)] == ord("]"))
    opening = opening[hosts]
    variable[opening - 1] = True
    drop[opening] = drop[opening + 2] = True
    # A list and a range of numbers are one value.
    hyphens = plain[short[(length[short] == 1) & (buffer[begin[short]] == ord("-"))]]
    for between in (np.flatnonzero(kind == ord(",")), hyphens):
        drop[between[(between > 0) & variable[between - 1] & variable[between + 1]]] = True
    below = np.flatnonzero((kind == ord("<")) & marks)
    below = below[variable[below + 1]]
    below = below[close(below + 1) & ~close(below) & (kind[np.minimum(below + 2, count - 1)] != ord(">"))]
    drop[below] = True
    np.copyto(values, np.uint64(VARIABLE), where=variable)
    # What is dropped stands beside a variable token, so three steps back are enough to see that a run goes on.
    again = variable & (
        _before(variable) | (_before(drop) & (_before(variable, 2) | _before(drop, 2) & _before(variable, 3)))
    )
    kept = np.flatnonzero(~(drop | again))
    # "()" that stands alone is a value that was empty. "f()" is a name.
    empty = np.flatnonzero(kind == ord("("))
    empty = empty[kind[empty + 1] == ord(")")]
    empty = np.searchsorted(kept, empty[close(empty + 1) & ~close(empty)])
    found = np.insert(values[kept], empty + 1, np.uint64(VARIABLE)) if len(empty) else values[kept]
    breaks = np.flatnonzero(found == mark_values()[ord("\n")])
    first = np.concatenate((np.zeros(1, np.int64), breaks + 1))
    if not places:
        return Tokens(found, first)
    ends = np.append(_ends(classes, starts, np.arange(count - 1)), starts[-1] + 1)
    starts[below + 1] = starts[below]
    last = np.append(kept[1:], count) - 1
    starts, ends = starts[kept], ends[np.where(variable[kept], last, kept)]
    at = ends[empty]
    return Tokens(found, first, np.insert(starts, empty + 1, at), np.insert(ends, empty + 1, at))


def _addresses(pairs: np.ndarray, colons: np.ndarray, variable: np.ndarray) -> None:
    """Masks pairs of hexadecimal letters that stand beside another pair or a number, as in a hardware address."""
    import numpy as np

    if not len(pairs) or not len(colons):
        return
    like = variable.copy()
    like[pairs] = True
    joint = colons[like[colons - 1] & like[colons + 1]]
    beside = np.zeros(len(variable), bool)
    beside[joint - 1] = beside[joint + 1] = True
    variable[pairs[beside[pairs]]] = True


def _dates_and_units(
    tokens: np.ndarray, values: np.ndarray, marks: np.ndarray, variable: np.ndarray, drop: np.ndarray
) -> None:
    """Masks words that are parts of a date, and drops units, among these short words."""
    import numpy as np

    further = np.minimum(tokens + 2, len(marks) - 1)
    word_next = ~(marks[tokens + 1] | variable[tokens + 1])
    quantity = variable[tokens - 1]
    near = np.flatnonzero(quantity | variable[tokens + 1] | (variable[further] & word_next))
    tokens, values, quantity = tokens[near], values[near], quantity[near]
    variable[tokens[among(values, DATES)]] = True
    drop[tokens[quantity & among(values, UNITS)]] = True


def _paths(
    buffer: np.ndarray, classes: np.ndarray, starts: np.ndarray, flags: np.ndarray, variable: np.ndarray
) -> None:
    """Masks ``/a``, ``a/b/c`` and ``a\\b\\c``: a slash in front, or two."""
    import numpy as np

    with_slash = np.flatnonzero(((flags & _SLASH) != 0) & ~variable)
    if not len(with_slash):
        return
    begin = starts[with_slash]
    more = (classes[begin + 1] & (_SPACE | _MARK)) == 0
    first = (buffer[begin] == ord("/")) & more
    variable[with_slash[first]] = True
    if first.all():
        return
    slashes = np.flatnonzero((classes & _SLASH) != 0)
    for slash in b"/\\":
        of = np.searchsorted(starts, slashes[buffer[slashes] == slash], side="right") - 1
        variable[of[1:][of[1:] == of[:-1]]] = True


def _hexadecimal(
    buffer: np.ndarray,
    classes: np.ndarray,
    begin: np.ndarray,
    length: np.ndarray,
    tokens: np.ndarray,
    variable: np.ndarray,
) -> None:
    """Masks words of hexadecimal letters alone."""
    import numpy as np

    long = np.flatnonzero(length >= _ID)
    for step in range(_ID):
        long = long[(classes[begin[long] + step] & _HEX) != 0]
    for n in long.tolist():
        here = classes[begin[n] : begin[n] + length[n]]
        variable[tokens[n]] = bool(((here & _HEX) != 0).all())
