"""Who last touched lines, found by walking a file's commits, where the host does not tell it itself."""

from __future__ import annotations

import difflib

from aisre_nb.sources.forge.host import Blamed, Commit
from aisre_nb.sources.forge.state import State

_STEPS = 25
"""Commits of the file that are walked; what is older is given to the last of them."""

NOTE = "made from the last commits of the file, as the host gave no blame: what moved or is older may be off"


async def blame(state: State, path: str, sha: str, first: int, last: int) -> list[Blamed]:
    """A line belongs to the newest commit before which the file had it not (`difflib`'s matching blocks)."""
    commits = await state.host.history(sha, path, most=_STEPS)
    text = await _lines(state, path, sha)
    # By place in the file as it is now: the place in the version that is looked at.
    places = {n: n for n in range(first - 1, min(last, len(text)))}
    found: dict[int, Commit] = {}
    for commit, older in zip(commits, [*commits[1:], None], strict=True):
        before = await _lines(state, path, older.sha) if older is not None else []
        blocks = difflib.SequenceMatcher(None, before, text, autojunk=False).get_matching_blocks()
        same = {b.b + n: b.a + n for b in blocks for n in range(b.size)}
        found |= {now: commit for now, there in places.items() if there not in same}
        places = {now: same[there] for now, there in places.items() if there in same}
        if not places:
            break
        text = before
    return [Blamed(n + 1, n + 1, c.sha, c.author, c.time, c.subject) for n, c in sorted(found.items())]


async def _lines(state: State, path: str, sha: str) -> list[str]:
    content = await state.host.content(path, sha)
    return (content or b"").decode("utf-8", "replace").removesuffix("\n").split("\n")
