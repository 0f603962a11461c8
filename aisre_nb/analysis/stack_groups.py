"""Stack traces of many log records as groups: one for each exception and place of the own code that raised it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.stack_traces import Frame, StackTrace, parse

if TYPE_CHECKING:
    import pandas as pd

_STACK_KEYS = ("exception.stacktrace", "exception.stack_trace", "stacktrace", "stack_trace", "error.stack")
_FOREIGN_FILES = (
    "site-packages/", "dist-packages/", "node_modules/", "/lib/python", "<frozen", "<string>", "/usr/lib/", "node:",
    "/go/pkg/mod/", "/usr/local/go/", "/rustc/", ".cargo/registry", "/gems/", "/vendor/",
)  # fmt: skip
_FOREIGN_FUNCTIONS = (
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "kotlin.",
    "scala.",
    "System.",
    "Microsoft.",
    "runtime.",
    "std::",
    "core::",
)


@dataclass(frozen=True)
class StackGroup:
    """Records that tell of the same exception, raised in the same place."""

    type: str
    message: str
    """The first record's."""
    frames: tuple[Frame, ...]
    """The first record's, innermost last."""
    count: int
    first_seen: datetime
    last_seen: datetime
    text: str
    """The first record's stack trace."""
    first: int
    """The first record's position in the frame of records."""
    members: tuple[int, ...]
    """All records' positions, by time."""

    @property
    def place(self) -> Frame:
        """The innermost frame of the own code; the innermost of all where none is."""
        return place(self.frames)


def place(frames: tuple[Frame, ...]) -> Frame:
    """The innermost frame that is no library's or runtime's; the innermost of all where each one is."""
    return next((frame for frame in reversed(frames) if is_own(frame)), frames[-1])


def is_own(frame: Frame) -> bool:
    """Whether a frame is of the program rather than of a library or of the runtime, by where these are kept."""
    file = frame.file.replace("\\", "/")
    return not any(mark in file for mark in _FOREIGN_FILES) and not frame.function.startswith(_FOREIGN_FUNCTIONS)


def grouped(records: pd.DataFrame) -> list[StackGroup]:
    """The groups of log records that hold a stack trace, the most frequent first; the earlier one of equal ones.

    ``records``: time, body and, if there are any, attributes (dict). Two traces are one group when type and innermost
    own frame (file and line) are the same: who called it does not matter.
    """
    import pandas as pd

    times = pd.to_datetime(records["time"], utc=True).reset_index(drop=True)
    attributes = records["attributes"].tolist() if "attributes" in records else [None] * len(records)
    found: dict[tuple[str, str, int], list[int]] = {}
    told: dict[int, tuple[str, str, str, StackTrace]] = {}
    known: dict[str, StackTrace | None] = {}
    bodies = records["body"].tolist()
    for n in times.argsort(kind="stable").tolist():
        given = attributes[n]
        row: dict[str, Any] = given if isinstance(given, dict) else {}
        text = next((str(row[key]) for key in _STACK_KEYS if row.get(key)), str(bodies[n]))
        if "\n" not in text:
            continue
        trace = known[text] if text in known else known.setdefault(text, parse(text))
        if trace is None:
            continue
        kind = str(row.get("exception.type") or trace.type)
        own = place(trace.frames)
        group = found.setdefault((kind, own.file, own.line), [])
        if not group:
            told[n] = (kind, str(row.get("exception.message") or trace.message), text, trace)
        group.append(n)
    groups = []
    for members in found.values():
        kind, message, text, trace = told[members[0]]
        seen = times.iloc[members[0]], times.iloc[members[-1]]
        groups.append(StackGroup(kind, message, trace.frames, len(members), *seen, text, members[0], tuple(members)))
    return sorted(groups, key=lambda group: (-group.count, group.first_seen))
