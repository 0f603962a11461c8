"""What the evidence shows so far: the service asked about, the one where the trouble starts, the change that fits.

Computed anew at every turn, from the request alone, so that a replayed or forked investigation goes the same way. Each
file adds a layer to the one before: asked, start, way, when, blamed, and here the code at fault.
"""

from __future__ import annotations

import re
from functools import cached_property

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts
from aisre_nb.models.builtin.failure import Frame
from aisre_nb.models.builtin.mend import hunks
from aisre_nb.models.builtin.mend.hunks import Hunk
from aisre_nb.models.builtin.picture.blamed import Blamed

_ALTERS = re.compile(r"^(?:drop|alter|create)\b", re.IGNORECASE)


class Picture(Blamed):
    """Everything derived; each part None or empty while it is not known."""

    @cached_property
    def diff(self) -> Evidence | None:
        """What that change, or the deployment that it came with, did to the source."""
        parts = [c for c in (self.change, self.companion) if c is not None]
        changed = next((c for c in parts if c.kind == "deployment"), self.change)
        if not changed:
            return None
        for evidence in reversed(self.case.evidence):
            asked = (evidence.arguments.get("from_version"), evidence.arguments.get("to_version"))
            same = evidence.arguments.get("service") == changed.service
            if evidence.tool == "get_source_diff" and same and asked == (changed.old, changed.new):
                return evidence
        return None

    @property
    def migration(self) -> str:
        """The line of the companion's migration that tells what it did to the schema; empty where there is none."""
        found = self.diff
        for hunk in hunks.read(found) if found and self.companion else []:
            if re.search(r"migrat|schema|\.sql$", hunk.file, re.IGNORECASE):
                added = [line.text.strip() for line in hunk.lines if line.tag == "+"]
                if told := next((line for line in added if _ALTERS.search(line)), ""):
                    return told
        return ""

    @property
    def blame(self) -> Evidence | None:
        """Who last touched the line at fault."""
        return self.case.find("get_blame", line=self.line) if self.line else None

    @property
    def smallest(self) -> Evidence | None:
        """What has to be taken back of that change, where its tests were run for it."""
        if not self.change:
            return None
        return self.case.find("find_smallest_revert", service=self.change.service, to=self.change.new)

    @cached_property
    def suspect(self) -> dict[str, object]:
        """The first hunk that the stack trace or its names lead to: file, line, why, hunk, added, removed."""
        found = facts.rows(self.diff.facts, "suspects") if self.diff else []
        return dict(found[0]) if found else {}

    @cached_property
    def hunks(self) -> list[Hunk]:
        """The hunks of the file at fault."""
        found = hunks.read(self.diff) if self.diff else []
        return [h for h in found if h.file == self.file]

    @cached_property
    def frame(self) -> Frame | None:
        """The line of the stack trace to look at: the innermost one in a file that the change touched, if any."""
        frames = self.failure.frames if self.failure else ()
        touched = [f for f in frames if self._path_of(f.file)]
        return (touched or frames or (None,))[-1]

    @cached_property
    def file(self) -> str:
        """The file at fault, as the repository names it where that is known."""
        found = self.frame.file if self.frame else ""
        return self._path_of(found) or facts.word(self.suspect, "file") or found

    @property
    def line(self) -> int:
        """The line of that file at which it fails; 0 where it is not known."""
        if self.frame and _same_file(self.frame.file, self.file):
            return self.frame.line
        return int(facts.number(self.suspect, "line") or 0)

    @property
    def place(self) -> str:
        """``"services/billing/prices.py:40"``, or empty."""
        return f"{self.file}:{self.line}" if self.file and self.line else ""

    def telling_line(self, side: str) -> str:
        """The line of the suspect hunk, ``removed`` or ``added``, that names what the exception names; else empty."""
        rows = self.suspect.get(side)
        lines = [str(line).strip() for line in rows] if isinstance(rows, list) else []
        names = self.failure.symbols if self.failure else ()
        return next((line for name in names for line in lines if re.search(rf"\b{re.escape(name)}\b", line)), "")

    def _path_of(self, file: str) -> str:
        """The file of the diff that a stack trace's file is."""
        listed = facts.at(self.diff.facts, "files") if self.diff else None
        paths = [str(p) for p in listed] if isinstance(listed, list) else []
        paths += [h.file for h in hunks.read(self.diff)] if self.diff else []
        alike = [p for p in dict.fromkeys(paths) if _same_file(file, p)]
        return max(alike, key=lambda p: _common(file, p), default="")


def _same_file(one: str, other: str) -> bool:
    """Two paths of one file, seen from different folders: the shorter's last parts are the other's."""
    return one == other or (bool(one and other) and one.rsplit("/", 1)[-1] == other.rsplit("/", 1)[-1])


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(reversed(one.split("/")), reversed(other.split("/")), strict=False):
        if a != b:
            break
        count += 1
    return count
