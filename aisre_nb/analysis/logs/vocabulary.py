"""What kind of token a value is: the words that were seen, by their hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aisre_nb.analysis.logs.tokens import VARIABLE
from aisre_nb.analysis.logs.words import FLAGS, NAMING

if TYPE_CHECKING:
    from collections.abc import Iterable

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

    def learn(self, words: Iterable[tuple[int, str]]) -> None:
        """Values with the text that they are the hash of."""
        for value, word in words:
            if value not in self._kinds:
                self._kinds[value] = _kind(word)

    def unknown(self, values: np.ndarray) -> np.ndarray:
        """Which of these values were not learnt yet, as indices of their first occurrence."""
        import numpy as np

        found, at = np.unique(values, return_index=True)
        return at[[value not in self._kinds for value in found.tolist()]]

    def kinds(self, values: np.ndarray) -> np.ndarray:
        """The kind of each value, uint8, in the shape of ``values``."""
        import numpy as np

        found, inverse = np.unique(values, return_inverse=True)
        known = np.array([self._kinds.get(value, WORD) for value in found.tolist()], np.uint8)
        return known[inverse].reshape(values.shape)

    def kind(self, value: int) -> int:
        """The kind of one value."""
        return self._kinds.get(value, WORD)


def _kind(word: str) -> int:
    if word in _MARKS:
        return MARK | {"=": EQUALS | ASSIGNS, ":": ASSIGNS, '"': QUOTE, "'": QUOTE}.get(word, 0)
    found = WORD if any(letter.isalpha() for letter in word) else 0
    if "/" in word or "\\" in word or "@" in word:
        found |= PATH
    return found | (NAMES if word.lower() in NAMING else 0) | (FLAG if word.lower() in FLAGS else 0)
