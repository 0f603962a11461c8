"""The exception that the logs hold: type, message, the frames that are the service's own, the names that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.models.builtin import facts

_FOREIGN = ("site-packages/", "dist-packages/", "node_modules/", "/lib/python", "<frozen", "<string>", "/usr/lib/")
_QUOTED = re.compile(r"['\"`]([A-Za-z_]\w{0,80})['\"`]")
_CALLED = re.compile(r"\b([A-Za-z_]\w{0,80})\(\)")
_BUILTIN = {"NoneType", "int", "str", "float", "dict", "list", "tuple", "set", "bool", "bytes", "object"}
_UNREACHED = re.compile(
    r"timed? ?out|timeout|connection|refused|unavailable|unreachable|reset by peer|name resolution|no route|"
    r"broken pipe",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Frame:
    """One line of a stack trace."""

    file: str
    line: int
    function: str
    code: str

    @property
    def place(self) -> str:
        """``"app/x.py:12"``."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Failure:
    """An exception that was raised again and again."""

    evidence: str
    type: str
    message: str
    count: int
    first_seen: str
    frames: tuple[Frame, ...]
    """The service's own, innermost last; all where none can be told from a library's."""
    symbols: tuple[str, ...]
    """Names that the message quotes: the unbound variable, the missing attribute or key."""

    @property
    def where(self) -> Frame | None:
        """The innermost frame."""
        return self.frames[-1] if self.frames else None

    @property
    def unreached(self) -> bool:
        """It says that something else did not answer."""
        return bool(_UNREACHED.search(f"{self.type} {self.message}"))

    @property
    def line(self) -> str:
        """Type and message as a stack trace ends."""
        return f"{self.type}: {self.message}" if self.message else self.type


def read(evidence: Evidence) -> Failure | None:
    """The exception of a logs result; None where there is none."""
    found = facts.at(evidence.facts, "exception")
    if not isinstance(found, dict) or not facts.word(found, "type"):
        return None
    frames = [
        Frame(file, int(line), facts.word(row, "function"), facts.word(row, "code").strip())
        for row in facts.rows(found, "frames")
        if (file := facts.word(row, "file")) and (line := facts.number(row, "line")) is not None
    ]
    own = [f for f in frames if not any(mark in f.file for mark in _FOREIGN)]
    message = facts.word(found, "message")
    return Failure(
        evidence.id,
        facts.word(found, "type"),
        message,
        int(facts.number(found, "count") or 0),
        facts.word(found, "first_seen"),
        tuple(own or frames),
        symbols(message),
    )


def symbols(message: str) -> tuple[str, ...]:
    """The names that a message quotes or calls, in their order."""
    names = [*_QUOTED.findall(message), *_CALLED.findall(message)]
    return tuple(dict.fromkeys(n for n in names if n not in _BUILTIN))
