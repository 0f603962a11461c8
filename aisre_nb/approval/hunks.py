"""A file's change in pieces that a person may leave out or write otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_AROUND = 3
"""Lines of context, as git shows them."""
_MANY = 4000
"""Lines from which difflib may take frequent ones for noise: it is quadratic else."""


@dataclass(frozen=True)
class Hunk:
    """Some lines of the file before, and what stands in their place."""

    first: int
    """Of its lines before, counted from 0."""
    before: tuple[str, ...]
    """With their ends."""
    after: tuple[str, ...]
    shown: tuple[str, ...]
    """As a diff shows it: ``@@``, then lines with a mark in front and without their ends."""

    @property
    def text(self) -> str:
        """What a person edits."""
        return "".join(self.after)


def hunks(before: str | None, after: str | None) -> list[Hunk]:
    """In order; none where both are the same."""
    old, new = _lines(before), _lines(after)
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > _MANY)
    found = []
    for group in matcher.get_grouped_opcodes(_AROUND):
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        head = f"@@ -{a + 1},{b - a} +{c + 1},{d - c} @@"
        shown = [head]
        for tag, i, j, k, m in group:
            if tag == "equal":
                shown += [f" {_bare(line)}" for line in old[i:j]]
            else:
                shown += [f"-{_bare(line)}" for line in old[i:j]]
                shown += [f"+{_bare(line)}" for line in new[k:m]]
        found.append(Hunk(a, tuple(old[a:b]), tuple(new[c:d]), tuple(shown)))
    return found


def composed(before: str | None, after: str | None, choices: Mapping[int, str | None]) -> str:
    """The file with a choice for some of its hunks: None leaves one out, a text stands in its place."""
    old, parts, place = _lines(before), [], 0
    for number, hunk in enumerate(hunks(before, after)):
        parts += old[place : hunk.first]
        place = hunk.first + len(hunk.before)
        choice = choices.get(number, hunk.text)
        parts.append("".join(hunk.before) if choice is None else _ended(choice, hunk))
    return "".join([*parts, *old[place:]])


def changed_lines(before: str | None, after: str | None) -> int:
    """How many lines a diff of the two adds and takes away."""
    return sum(line[:1] in "+-" for hunk in hunks(before, after) for line in hunk.shown[1:])


def _ended(text: str, hunk: Hunk) -> str:
    """With the ends of lines that the file has: a page knows newlines only."""
    if text == hunk.text:
        return text
    text = text.replace("\r\n", "\n")
    if text and hunk.text.endswith("\n") and not text.endswith("\n"):
        text += "\n"
    return text.replace("\n", "\r\n") if "\r\n" in "".join(hunk.before) + hunk.text else text


def _lines(text: str | None) -> list[str]:
    return _LINE.findall(text or "")


def _bare(line: str) -> str:
    return line.removesuffix("\n")
