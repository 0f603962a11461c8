"""What kind of token a value is: the words that were seen, by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.hashing import VARIABLE
from aisre_nb.analysis.logs.words import FLAGS, NAMING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

FREE = 0x2545F4914F6CDD1D
"""The value of a template's position that any token may take."""
WORD, PATH, MARK, EQUALS, ASSIGNS, QUOTE, NAMES, FLAG = 1, 2, 4, 8, 16, 32, 64, 128
"""Has a letter; a path or an address; punctuation; ``=``; that or a colon; a quote; a noun that a name follows; a
word such as "true"."""
_MARKS = frozenset("=:,;()[]{}\"'<>|&?`\n")


class Vocabulary:
    """Kinds of token values; grows with each sample of lines."""

    def __init__(self) -> None:
        self._kinds: dict[int, int] = {VARIABLE: PATH, FREE: PATH}

    def learn(self, values: np.ndarray, word: Callable[[int], str]) -> np.ndarray:
        """The kind of each value, uint8; ``word`` gives the text of the one at an index, where it is a new one."""
        import numpy as np

        found, at, inverse = np.unique(values, return_index=True, return_inverse=True)
        for value, n in zip(found.tolist(), at.tolist(), strict=True):
            if value not in self._kinds:
                self._kinds[value] = _kind(word(n))
        known = np.array([self._kinds[value] for value in found.tolist()], np.uint8)
        answer: np.ndarray = known[inverse]
        return answer


def _kind(word: str) -> int:
    if word in _MARKS:
        return MARK | {"=": EQUALS | ASSIGNS, ":": ASSIGNS, '"': QUOTE, "'": QUOTE}.get(word, 0)
    found = WORD if any(letter.isalpha() for letter in word) else 0
    if "/" in word or "\\" in word or "@" in word:
        found |= PATH
    return found | (NAMES if word.lower() in NAMING else 0) | (FLAG if word.lower() in FLAGS else 0)
