"""Take back one hunk, and nothing else of the change."""

from __future__ import annotations

from collections.abc import Sequence

from aisre_nb.models.builtin.mend import syntax
from aisre_nb.models.builtin.mend.hunks import Hunk


def revert(source: str, hunks: Sequence[Hunk]) -> str | None:
    """The source with these hunks taken back; None where one does not apply, or the rest no longer fits together."""
    lines = source.splitlines()
    tree = syntax.parse(source)
    # From the end, so that the places of the hunks before stay true.
    for hunk in sorted(hunks, key=lambda h: -h.new_start):
        at = _place(lines, hunk)
        if at is None:
            return None
        lines[at : at + len(hunk.new)] = hunk.old
    after = "\n".join(lines) + ("\n" if source.endswith("\n") else "")
    mended = syntax.parse(after)
    if tree is None or mended is None or after == source or syntax.worse(tree, mended):
        return None
    return after


def _place(lines: Sequence[str], hunk: Hunk) -> int | None:
    """Where the hunk's new side stands, from 0: at its line number, else at the one place where it occurs."""
    size = len(hunk.new)
    if lines[hunk.new_start - 1 : hunk.new_start - 1 + size] == hunk.new:
        return hunk.new_start - 1
    found = [n for n in range(len(lines) - size + 1) if list(lines[n : n + size]) == hunk.new]
    return found[0] if len(found) == 1 and size else None
