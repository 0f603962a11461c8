"""Stack traces in text: Python, Java, Go and Node, as frames with the innermost one last."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINES = 400
_LONGEST = 2000
_PYTHON = re.compile(r'^\s*File "(?P<file>[^"\n]{1,500})", line (?P<line>\d{1,7})(?:, in (?P<function>\S{1,200}))?')
_JAVA = re.compile(
    r"^\s*at (?P<function>[\w.$<>]{1,300})\((?P<file>[\w$-]{1,200}\.(?:java|kt|scala)):(?P<line>\d{1,7})\)"
)
_NODE = re.compile(
    r"^\s*at (?:(?P<function>[^\s(]{1,200}) )?\(?(?P<file>[^\s():]{1,400}\.[cm]?[jt]sx?):(?P<line>\d{1,7}):\d{1,7}\)?"
)
_GO = re.compile(r"^\s+(?P<file>/?[^\s:]{1,400}\.go):(?P<line>\d{1,7})")
_ERROR = re.compile(
    r"^(?:Caused by: |panic: |Exception in thread \S{1,100} )?"
    r"(?P<type>[A-Za-z_][\w.$]{0,200}?(?:Error|Exception|Exit|Interrupt|Warning|Failure)?)"
    r"(?:: (?P<message>.{0,2000}))?$"
)


@dataclass(frozen=True)
class Frame:
    """One line of code that was being run."""

    file: str
    line: int
    function: str = ""
    code: str = ""


@dataclass(frozen=True)
class StackTrace:
    """An exception as a log record tells it."""

    type: str
    message: str
    frames: tuple[Frame, ...]
    """The innermost one, where it was raised, last."""


def parse(text: str) -> StackTrace | None:
    """The last stack trace of a text; None where there is none. Never raises, and reads a bounded part."""
    lines = [line[:_LONGEST] for line in text.splitlines()[:_LINES]]
    for pattern, inner_first in ((_PYTHON, False), (_JAVA, True), (_NODE, True), (_GO, True)):
        frames = _frames(lines, pattern, pattern is _PYTHON)
        if frames:
            kind, message = _error(lines, last=not inner_first)
            return StackTrace(kind, message, tuple(reversed(frames)) if inner_first else tuple(frames))
    return None


def _frames(lines: list[str], pattern: re.Pattern[str], has_code: bool) -> list[Frame]:
    frames = []
    for n, line in enumerate(lines):
        found = pattern.match(line)
        if found is None:
            continue
        groups = found.groupdict()
        code = lines[n + 1].strip() if has_code and n + 1 < len(lines) and not pattern.match(lines[n + 1]) else ""
        frames.append(Frame(groups["file"], int(groups["line"]), groups.get("function") or "", code))
    return frames


def _error(lines: list[str], last: bool) -> tuple[str, str]:
    candidates = [line for line in lines if line and not line[0].isspace() and not line.startswith("Traceback")]
    for line in reversed(candidates) if last else candidates:
        found = _ERROR.match(line)
        if found:
            return found["type"], (found["message"] or "").strip()
    return "", ""
