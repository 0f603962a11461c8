"""The smallest replacements that turn one text into another, quoted so that each occurs exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

_AROUND = 2
"""Lines of context on both sides: enough that a file which moved on no longer takes the edit."""
_MASKED = "[redacted:"


def between(path: str, before: str, after: str) -> list[dict[str, str]] | None:
    """Edits ``{path, old, new}``, each ``old`` once in the text that it meets; None where that cannot be had.

    Text that was redacted on its way here is not what the file holds, so it is never quoted.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    edits: list[dict[str, str]] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        a, b, c, d = group[0][1], group[-1][2], group[0][3], group[-1][4]
        while not _once(before, old[a:b]) and (a or b < len(old)):
            # Outside a group's own lines both texts are equal, until the next group: the trial below finds that out.
            a, c = (a - 1, c - 1) if a else (a, c)
            b, d = (b + 1, d + 1) if b < len(old) else (b, d)
        edits.append({"path": path, "old": "".join(old[a:b]), "new": "".join(new[c:d])})
    return edits if edits and _apply(before, edits) == after else None


def _once(text: str, lines: Sequence[str]) -> bool:
    part = "".join(lines)
    return bool(part) and text.find(part) == text.rfind(part) != -1


def _apply(text: str, edits: Sequence[dict[str, str]]) -> str | None:
    for edit in edits:
        if not _once(text, [edit["old"]]) or _MASKED in edit["old"]:
            return None
        text = text.replace(edit["old"], edit["new"])
    return text
