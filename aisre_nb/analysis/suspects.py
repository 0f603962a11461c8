"""Which hunk of a diff a stack trace leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_NEAR = 12
"""Lines between a frame and a hunk within which the hunk may still be what the frame suffers from."""


def suspects(hunks: pd.DataFrame, frames: Sequence[str], symbols: Sequence[str]) -> list[dict[str, Any]]:
    """The hunks that fit, the best first: file, line, why, hunk (row), added, removed.

    ``hunks``: file, new_start, new_lines, text. ``frames``: ``"path/file.py:42"``, innermost last. ``symbols``: names
    from the error message. A hunk scores for holding or lying near a frame's line, and for removing or adding lines
    with a symbol; the innermost frame counts most.
    """
    found = []
    hunk: Any
    for row, hunk in enumerate(hunks.itertuples(index=False)):
        added, removed = changed_lines(str(hunk.text))
        score, line, reasons = 0.0, 0, []
        for depth, frame in enumerate(reversed(frames)):
            path, _, number = frame.rpartition(":")
            if not number.isdigit() or not same_file(path, str(hunk.file)):
                continue
            start, end = int(hunk.new_start), int(hunk.new_start) + max(int(hunk.new_lines), 1) - 1
            distance = max(start - int(number), int(number) - end, 0)
            if distance <= _NEAR:
                score += (3.0 if distance == 0 else 1.5) / (1 + depth)
                line = line or int(number)
                reasons.append(f"the stack trace points at line {number}{'' if distance == 0 else ', next to it'}")
        for symbol in symbols:
            word = re.compile(rf"\b{re.escape(symbol)}\b")
            if any(word.search(text) for text in removed):
                score += 2.0
                reasons.append(f"it removes a line with “{symbol}”")
            elif any(word.search(text) for text in added):
                score += 0.5
                reasons.append(f"it adds a line with “{symbol}”")
        if reasons and (line or score >= 2.0):
            found.append(
                (
                    score,
                    {
                        "file": str(hunk.file),
                        "line": line or int(hunk.new_start),
                        "why": "; ".join(dict.fromkeys(reasons)),
                        "hunk": row,
                        "added": added,
                        "removed": removed,
                    },
                )
            )
    return [entry for score, entry in sorted(found, key=lambda pair: -pair[0]) if score >= found_best(found) / 2]


def found_best(found: Sequence[tuple[float, dict[str, Any]]]) -> float:
    """The best score."""
    return max((score for score, _ in found), default=0.0)


def changed_lines(text: str) -> tuple[list[str], list[str]]:
    """The added and the removed lines of a hunk, without their marks."""
    lines = text.splitlines()[1:] if text.startswith("@@") else text.splitlines()
    return [x[1:] for x in lines if x.startswith("+")], [x[1:] for x in lines if x.startswith("-")]


def same_file(path: str, other: str) -> bool:
    """Whether a path of a container and one of a repository end alike: by two parts, or by all of the shorter."""
    left, right = path.strip("/").split("/")[::-1], other.strip("/").split("/")[::-1]
    same = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        same += 1
    return same >= min(2, len(left), len(right))
