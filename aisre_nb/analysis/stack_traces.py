"""Stack traces in text, of the common languages' runtimes, as frames with the innermost one last."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINES = 400
_LONGEST = 2000


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


@dataclass(frozen=True)
class _Language:
    """How a runtime writes a stack trace."""

    frame: re.Pattern[str]
    """Groups file and line; perhaps function."""
    inner_first: bool = True
    function_before: re.Pattern[str] | None = None
    """The line above a frame's line, where the function stands."""
    code_below: bool = False
    """Whether the line under a frame's line is its code."""
    error: re.Pattern[str] | None = None
    """Groups type and message, of any line; without it they stand on a line that is not indented."""
    message_below: bool = False
    """Whether the message is the line under that one."""
    raised: re.Pattern[str] | None = None
    """Groups file and line of the place where it was raised, which is no frame, in a line of the error."""
    cause: re.Pattern[str] | None = None
    """The line that begins the trace of what caused the exception: the last such trace is taken."""


_PATH = r"[^\s:()'\"]{1,400}"
_AT = r"(?P<line>\d{1,7})"
_LANGUAGES = (
    _Language(  # Python
        re.compile(r'^\s*File "(?P<file>[^"\n]{1,500})", line (?P<line>\d{1,7})(?:, in (?P<function>\S{1,200}))?'),
        inner_first=False,
        code_below=True,
    ),
    _Language(  # Java, Kotlin, Scala, with or without the module in front
        re.compile(
            r"^\s*at (?:[\w.@-]{1,100}/{1,2})?(?P<function>[\w.$<>]{1,300})"
            rf"\((?P<file>[\w$-]{{1,200}}\.(?:java|kt|scala|groovy)):{_AT}\)"
        ),
        cause=re.compile(r"^Caused by: "),
    ),
    _Language(  # .NET
        re.compile(
            r"^\s*at (?P<function>[\w.`<>|$+\[\],]{1,300})\([^()\n]{0,500}\) "
            rf"in (?P<file>[^\n]{{1,400}}?):line {_AT}"
        ),
        error=re.compile(
            r"^(?:Unhandled exception\. | ?---> )?"
            r"(?P<type>[A-Z][\w.]{1,200}Exception)(?:: (?P<message>.{0,2000}))?$"
        ),
    ),
    _Language(  # JavaScript, TypeScript
        re.compile(
            r"^\s*at (?:(?:async |new )?(?P<function>[^\s(]{1,200})(?: \[as [^\]\s]{1,100}\])? )?"
            rf"\(?(?P<file>(?:file://)?[^\s():]{{1,400}}\.[cm]?[jt]sx?):{_AT}:\d{{1,7}}\)?"
        )
    ),
    _Language(  # Go
        re.compile(rf"^\s+(?P<file>/?[^\s:]{{1,400}}\.go):{_AT}"),
        function_before=re.compile(r"^(?:created by )?(?P<function>[\w./*()\[\]·-]{1,300})(?:\(| in goroutine )"),
        error=re.compile(r"^(?P<type>panic|fatal error): (?P<message>.{0,2000})$"),
    ),
    _Language(  # Rust
        re.compile(rf"^\s+at (?P<file>{_PATH}\.rs):{_AT}(?::\d{{1,7}})?\s*$"),
        function_before=re.compile(
            r"^\s*\d{1,4}: (?:0x[0-9a-f]{1,16} - )?(?P<function>.{1,300}?)(?:::h[0-9a-f]{16})?$"
        ),
        error=re.compile(r"^thread '[^'\n]{0,100}' (?:\(\d{1,10}\) )?(?P<type>panicked) at (?P<message>.{0,2000})$"),
        message_below=True,
        raised=re.compile(
            r"^thread '[^'\n]{0,100}' (?:\(\d{1,10}\) )?panicked at (?:'.{0,1000}', )?"
            rf"(?P<file>{_PATH}\.rs):{_AT}:\d{{1,7}}:?$"
        ),
    ),
    _Language(  # Ruby
        re.compile(
            rf"^\s*(?:from |\d{{1,4}}: from )?(?P<file>{_PATH}\.rb):{_AT}:in [`'](?P<function>[^'\n]{{1,200}})'"
        ),
        error=re.compile(
            rf"^\s*{_PATH}\.rb:\d{{1,7}}:in [`'][^'\n]{{1,200}}': "
            r"(?P<message>.{0,2000}) \((?P<type>[A-Z][\w:]{0,200})\)$"
        ),
    ),
    _Language(  # PHP
        re.compile(rf"^\s*#\d{{1,4}} (?P<file>{_PATH}\.php)\({_AT}\): (?P<function>[\w\\:>-]{{1,300}})"),
        error=re.compile(
            r"^(?:.{0,60}?Uncaught )?(?P<type>[A-Z][\w\\]{0,200})"
            r"(?:: (?P<message>.{0,2000}?))?(?: in \S{1,400}:\d{1,7})?$"
        ),
        raised=re.compile(rf" in (?P<file>{_PATH}\.php):{_AT}$"),
    ),
)
_ERROR = re.compile(
    r"^(?:Caused by: |panic: |Exception in thread \S{1,100} )?"
    r"(?P<type>[A-Za-z_][\w.$]{0,200}?(?:Error|Exception|Exit|Interrupt|Warning|Failure)?)"
    r"(?:: (?P<message>.{0,2000}))?$"
)


def parse(text: str) -> StackTrace | None:
    """The last stack trace of a text; None where there is none. Never raises, and reads a bounded part."""
    lines = [line[:_LONGEST] for line in text.splitlines()[:_LINES]]
    for language in _LANGUAGES:
        part = _from_cause(lines, language)
        frames = _frames(part, language)
        if frames:
            kind, message = _error(part, language)
            return StackTrace(kind, message, tuple(reversed(frames)) if language.inner_first else tuple(frames))
    return None


def _from_cause(lines: list[str], language: _Language) -> list[str]:
    """From the innermost cause on, if it has a frame of its own."""
    begins = [n for n, line in enumerate(lines) if language.cause and language.cause.match(line)]
    last = lines[begins[-1] :] if begins else lines
    return last if any(language.frame.match(line) for line in last) else lines


def _frames(lines: list[str], language: _Language) -> list[Frame]:
    frames: list[Frame] = []
    for n, line in enumerate(lines):
        found = language.frame.match(line)
        raised = language.raised.search(line) if language.raised and not found and not frames else None
        if raised:
            frames.append(Frame(raised["file"], int(raised["line"])))
        if not found:
            continue
        groups = found.groupdict()
        above = language.function_before.match(lines[n - 1]) if language.function_before and n else None
        below = lines[n + 1] if language.code_below and n + 1 < len(lines) else ""
        code = "" if language.frame.match(below) else below.strip()
        function = (above["function"] if above else groups.get("function")) or ""
        frames.append(Frame(groups["file"], int(groups["line"]), function, code))
    return frames


def _error(lines: list[str], language: _Language) -> tuple[str, str]:
    for n, line in enumerate(lines if language.error else ()):
        found = language.error.match(line) if language.error else None
        if found:
            below = lines[n + 1].strip() if language.message_below and n + 1 < len(lines) else ""
            return found["type"], below or (found["message"] or "").strip()
    candidates = [line for line in lines if line and not line[0].isspace() and not line.startswith("Traceback")]
    for line in candidates if language.inner_first else reversed(candidates):
        found = _ERROR.match(line)
        if found:
            return found["type"], (found["message"] or "").strip()
    return "", ""
