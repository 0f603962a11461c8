"""A hunk of a unified diff, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from aisre_nb.evidence.evidence import Evidence

_HEAD = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Line:
    """One line of a hunk."""

    tag: Literal[" ", "-", "+"]
    text: str


@dataclass(frozen=True)
class Run:
    """Lines next to each other that were taken out, and what was put in right there."""

    removed: tuple[str, ...]
    added: tuple[str, ...]
    place: int
    """The line of the new file, from 1, before which the removed lines stood."""


@dataclass(frozen=True)
class Hunk:
    """One hunk of one file."""

    file: str
    new_start: int
    lines: tuple[Line, ...]
    suspect: bool = False
    why: str = ""

    @property
    def old(self) -> list[str]:
        """What stood there before, with context."""
        return [line.text for line in self.lines if line.tag != "+"]

    @property
    def new(self) -> list[str]:
        """What stands there now, with context."""
        return [line.text for line in self.lines if line.tag != "-"]

    def runs(self) -> list[Run]:
        """Each place where something was taken out."""
        runs: list[Run] = []
        removed: list[str] = []
        added: list[str] = []
        at = self.new_start
        for line in (*self.lines, Line(" ", "")):
            if line.tag == "-":
                removed.append(line.text)
                continue
            if line.tag == "+":
                added.append(line.text)
            else:
                if removed:
                    runs.append(Run(tuple(removed), tuple(added), at - len(added)))
                removed, added = [], []
            at += 1
        return runs


def parse(file: str, text: str, suspect: bool = False, why: str = "") -> Hunk | None:
    """A hunk from its text, which begins with its ``@@`` line; None where it is no hunk."""
    head, *body = text.split("\n")
    found = _HEAD.match(head)
    if not found:
        return None
    lines = []
    for line in body:
        if line.startswith("\\"):
            continue
        tag: Literal[" ", "-", "+"] = "-" if line[:1] == "-" else "+" if line[:1] == "+" else " "
        lines.append(Line(tag, line[1:]))
    sizes = [int(found.group(n) or 1) for n in (2, 4)]
    while lines and [sum(li.tag != t for li in lines) for t in "+-"] != sizes and lines[-1] == Line(" ", ""):
        lines.pop()
    return Hunk(file, int(found.group(3)), tuple(lines), suspect, why)


def read(evidence: Evidence) -> list[Hunk]:
    """All hunks of a diff result, in the order of its frame."""
    frame = evidence.frame
    if frame is None or not {"file", "text"} <= set(frame.columns):
        return []
    found = [
        parse(str(row["file"]), str(row["text"]), bool(row.get("suspect", False)), str(row.get("why") or ""))
        for row in frame.to_dict("records")
    ]
    return [hunk for hunk in found if hunk]
