"""A rule of a policy, in words: ``run create_pull_request on repository:shop 2 times for 30m up to 40 lines``."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from aisre_nb.errors import ConfigurationError
from aisre_nb.times import duration

Ruling = Literal["run", "ask", "deny"]
_EFFECTS = {"reads": "read", "changes": "change", "everything": ""}
_GRAMMAR = "(run|ask|deny) (TOOL|reads|changes|everything) [on KIND:NAME …] [N times] [for 30m] [up to N lines]"
_SCOPE = re.compile(r"[a-z]+:\S.*")


@dataclass(frozen=True)
class Wanted:
    """One call, as a policy sees it."""

    tool: str
    effect: str
    scope: tuple[str, ...] = ()
    """What it touches: ``("repository:shop",)``."""
    lines: int = 0
    """That its diff adds and takes away."""


@dataclass(frozen=True)
class Rule:
    """What happens to the calls that it covers, and how far it goes."""

    then: Ruling
    tool: str = ""
    """Its exact name; empty: any."""
    effect: str = ""
    """Empty: any."""
    scope: tuple[str, ...] = ()
    """All that may be touched, ``"service:*"`` for every service; empty: anything."""
    times: int | None = None
    seconds: float | None = None
    """Since it was made."""
    lines: int | None = None

    example: ClassVar[str] = "run restart_deployment on service:cart once"

    @classmethod
    def parse(cls, text: str) -> Rule:
        """From words. Raises `ConfigurationError` with the grammar."""
        wrong = ConfigurationError(f"{text.strip()[:120]!r} is not a rule", f"write it so: {_GRAMMAR}")
        try:
            words = [word.rstrip(",") for word in shlex.split(text.replace(", ", " "))]
        except ValueError:
            raise wrong from None
        if len(words) < 2 or words[0] not in get_args(Ruling):
            raise wrong
        then: Ruling = words[0]  # type: ignore[assignment]
        what, rest = words[1], words[2:]
        found: dict[str, object] = {}
        while rest:
            match rest:
                case ["on", scope, *more] if _SCOPE.fullmatch(scope) and "scope" not in found:
                    scopes = [scope]
                    while more and (_SCOPE.fullmatch(more[0]) or more[0] == "and"):
                        scopes += [word for word in more[:1] if word != "and"]
                        more = more[1:]
                    found["scope"], rest = tuple(scopes), more
                case ["once", *more]:
                    found["times"], rest = 1, more
                case [number, "times" | "time", *more] if number.isdigit() and int(number):
                    found["times"], rest = int(number), more
                case ["for", span, *more]:
                    found["seconds"], rest = duration(span).total_seconds(), more
                case ["up", "to", number, "lines" | "line", *more] if number.isdigit():
                    found["lines"], rest = int(number), more
                case _:
                    raise wrong
        if what not in _EFFECTS and not re.fullmatch(r"\w[\w.-]*", what):
            raise wrong
        tool = "" if what in _EFFECTS else what
        return cls(then, tool, _EFFECTS.get(what, ""), **found)  # type: ignore[arg-type]

    def covers(self, wanted: Wanted) -> bool:
        """Whether it speaks of this call; its times and its end are the policy's to count."""
        return (
            self.tool in ("", wanted.tool)
            and self.effect in ("", wanted.effect)
            and (not self.scope or (bool(wanted.scope) and all(self._within(scope) for scope in wanted.scope)))
            and (self.lines is None or wanted.lines <= self.lines)
        )

    @property
    def is_bounded(self) -> bool:
        """It runs no change, or says which tool may change what, and how often or how long."""
        bounds = self.tool and self.scope and (self.times is not None or self.seconds is not None)
        return self.then != "run" or self.effect == "read" or bool(bounds)

    def words(self) -> str:
        """What `parse` reads."""
        what = self.tool or next(word for word, effect in _EFFECTS.items() if effect == self.effect)
        parts = [self.then, what]
        if self.scope:
            parts += ["on", *map(shlex.quote, self.scope)]
        if self.times is not None:
            parts.append("once" if self.times == 1 else f"{self.times} times")
        if self.seconds is not None:
            parts.append(f"for {_span(self.seconds)}")
        if self.lines is not None:
            parts.append(f"up to {self.lines} lines")
        return " ".join(parts)

    def _within(self, scope: str) -> bool:
        return scope in self.scope or f"{scope.partition(':')[0]}:*" in self.scope


def _span(seconds: float) -> str:
    return f"{seconds / 60:g}m" if seconds >= 60 else f"{seconds:g}s"
