"""The parts of a diff, taken back one by one or together."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_HEAD = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Part:
    """Lines next to each other that a change took out, put in, or replaced."""

    file: str
    line: int
    """Where it begins in the new file, from 1; for what was only taken out, the line before which it stood."""
    removed: tuple[str, ...]
    added: tuple[str, ...]
    hunk: int
    """The row of the diff that it is from."""
    old_file: bool = True
    """The file was there before."""
    new_file: bool = True
    """The file is there after."""


def parts(hunks: Iterable[tuple[str, str]]) -> list[Part]:
    """Of each hunk (file, text that begins with its ``@@`` line) its parts; what is no hunk has none."""
    found: list[Part] = []
    for nth, (file, text) in enumerate(hunks):
        head, *body = text.split("\n")
        match = _HEAD.match(head)
        if match is None:
            continue
        old, new = match[2] != "0", match[4] != "0"
        at = int(match[3]) if new else 1
        removed: list[str] = []
        added: list[str] = []
        for line in [*body, " "]:
            if line.startswith("\\"):
                continue
            if line.startswith("-"):
                removed.append(line[1:])
            elif line.startswith("+"):
                added.append(line[1:])
                at += 1
            else:
                if removed or added:
                    found.append(Part(file, at - len(added), tuple(removed), tuple(added), nth, old, new))
                removed, added = [], []
                at += 1
    return found


def taken_back(texts: Mapping[str, str], some: Collection[Part]) -> dict[str, str] | None:
    """The files (text by path, as they are after the change) without these parts.

    None where a file is not as the parts say. A file that came with the change goes with its last part.
    """
    found = dict(texts)
    by_file: dict[str, list[Part]] = {}
    for part in some:
        by_file.setdefault(part.file, []).append(part)
    for file, own in by_file.items():
        text = found.get(file, "")
        if file not in found and any(part.added for part in own):
            return None
        lines = text.split("\n")
        ends = lines.pop() if lines and lines[-1] == "" else None
        # From the end, so that the lines of the parts before stay where they are.
        for part in sorted(own, key=lambda p: -p.line):
            start = part.line - 1
            if tuple(lines[start : start + len(part.added)]) != part.added:
                return None
            lines[start : start + len(part.added)] = part.removed
        if not lines and not all(part.old_file for part in own):
            found.pop(file, None)
            continue
        found[file] = "\n".join(lines) + ("\n" if ends is not None or file not in texts else "")
    return found


def grouped(
    all_parts: Sequence[Part], texts: Mapping[str, str], holds: Callable[[Mapping[str, str]], bool]
) -> list[tuple[Part, ...]]:
    """The parts as units that can be taken back by themselves.

    A part without which the rest no longer ``holds`` together (a definition that is still used) goes with the nearest
    one with which it does; where there is none it stays alone, and trying it will tell.
    """
    leader = list(range(len(all_parts)))

    def top(n: int) -> int:
        while leader[n] != n:
            n = leader[n]
        return n

    def fine(some: Iterable[int]) -> bool:
        after = taken_back(texts, [all_parts[n] for n in some])
        return after is not None and holds(after)

    for n, part in enumerate(all_parts):
        own = [m for m in range(len(all_parts)) if top(m) == top(n)]
        if fine(own):
            continue
        order = sorted(
            (m for m in range(len(all_parts)) if top(m) != top(n)),
            key=lambda m: (all_parts[m].file != part.file, abs(all_parts[m].line - part.line)),
        )
        for m in order:
            other = [k for k in range(len(all_parts)) if top(k) == top(m)]
            if fine([*own, *other]):
                leader[top(m)] = top(n)
                break
    units: dict[int, list[Part]] = {}
    for n, part in enumerate(all_parts):
        units.setdefault(top(n), []).append(part)
    return [tuple(unit) for unit in units.values()]
