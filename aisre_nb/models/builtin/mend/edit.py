"""The smallest replacement that turns one text into another, quoted so that it occurs exactly once."""

from __future__ import annotations

from difflib import SequenceMatcher

_AROUND = 2
"""Lines of context on both sides: enough that a file which moved on no longer takes the edit."""
_MASKED = "[redacted:"


def between(path: str, before: str, after: str) -> list[dict[str, str]] | None:
    """Edits ``{path, old, new}``, each ``old`` once in ``before``; None where that cannot be had.

    Text that was redacted on its way here is not what the file holds, so it is never quoted.
    """
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    edits: list[dict[str, str]] = []
    end = 0
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        a, b, c, d = group[0][1], group[-1][2], group[0][3], group[-1][4]
        while before.count("".join(old[a:b])) != 1 or a == b:
            if a > end:
                a, c = a - 1, c - 1
            elif b < len(old):
                b, d = b + 1, d + 1
            else:
                break
        text = "".join(old[a:b])
        if before.count(text) != 1 or _MASKED in text or a < end:
            return None
        edits.append({"path": path, "old": text, "new": "".join(new[c:d])})
        end = b
    return edits or None
