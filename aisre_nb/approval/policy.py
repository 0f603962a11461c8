"""What may run without asking, what asks, and what is denied."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from aisre_nb.approval.rule import Rule, Ruling, Wanted
from aisre_nb.errors import ConfigurationError

Name = Literal[
    "read",  # reads run, changes ask; where nobody can be asked, changes are denied
    "ask",  # everything asks
    "all",  # everything runs; only where a person typed it for this run
    "none",  # reads run, changes are denied
]
_RULES: dict[str, dict[str, Ruling]] = {
    "read": {"read": "run", "change": "ask"},
    "ask": {"read": "ask", "change": "ask"},
    "all": {"read": "run", "change": "run"},
    "none": {"read": "run", "change": "deny"},
}
_WORDS: dict[str, str] = {
    "read": "read: reads run, changes ask",
    "ask": "ask: everything asks",
    "all": "all: everything runs, as it was typed for this run",
    "none": "none: reads run, changes are denied",
}


@dataclass
class Standing:
    """A rule, since when it holds, and what it has let through."""

    rule: Rule
    since: float
    used: int = 0
    by: str = ""
    """Who made it; empty: the settings."""

    def holds(self, now: float) -> bool:
        """Whether something of it is left."""
        return not (self._over(now) or (self.rule.times is not None and self.used >= self.rule.times))

    def left(self, now: float) -> str:
        """In words."""
        if self._over(now):
            return "over"
        parts = []
        if self.rule.times is not None:
            parts.append(f"{max(self.rule.times - self.used, 0)} of {self.rule.times} times")
        if self.rule.seconds is not None:
            parts.append(f"{max(self.since + self.rule.seconds - now, 0) / 60:.0f} min")
        return ", ".join(parts) or "no limit"

    def _over(self, now: float) -> bool:
        return self.rule.seconds is not None and now >= self.since + self.rule.seconds


class Policy:
    """Rules, of which the first that covers a call and has something left decides, and a name for all else."""

    def __init__(self, name: Name = "read", rules: Iterable[Rule] = (), clock: Callable[[], float] = time.time) -> None:
        self.name = name
        self._clock = clock
        self.standing = [Standing(rule, clock()) for rule in rules]

    @classmethod
    def parse(cls, text: str) -> Policy:
        """From what was typed: a name, rules, or both, with semicolons between. Raises `ConfigurationError`."""
        parts = [part.strip() for part in text.split(";") if part.strip()]
        names = [part.lower() for part in parts if part.lower() in _RULES]
        rules = [Rule.parse(part) for part in parts if part.lower() not in _RULES and " " in part]
        wrong = [part for part in parts if part.lower() not in _RULES and " " not in part]
        if wrong or not parts:
            raise ConfigurationError(
                f"{(wrong or [text])[0]!r} is not a policy", f"one of {', '.join(_RULES)}, or a rule: {Rule.example}"
            )
        if len(names) > 1:
            raise ConfigurationError(f"{' and '.join(names)} are two policies", "name one, and rules beside it")
        name: Name = next((n for n in get_args(Name) if [n] == names), "read")
        return cls(name, rules)

    def ruling(self, wanted: Wanted) -> tuple[Ruling, Standing | None]:
        """What happens to this call, and the rule that says so; an effect that nothing knows is denied."""
        now = self._clock()
        for standing in self.standing:
            if standing.rule.covers(wanted) and standing.holds(now):
                return standing.rule.then, standing
        return _RULES[self.name].get(wanted.effect, "deny"), None

    def grant(self, rule: Rule, by: str) -> Standing:
        """Put a rule before all others, from now on."""
        standing = Standing(rule, self._clock(), by=by)
        self.standing.insert(0, standing)
        return standing

    def words(self) -> str:
        """What `parse` reads, without what was granted meanwhile."""
        return "; ".join([self.name, *(s.rule.words() for s in self.standing if not s.by)])

    def describe(self) -> str:
        """One line in words."""
        rules = [s.rule.words() for s in self.standing]
        return _WORDS[self.name] + (f"; but first: {'; '.join(rules)}" if rules else "")

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Rule, who made it, how many calls it let through, what is left of it."""
        now = self._clock()
        return [
            *((s.rule.words(), s.by or "settings", str(s.used), s.left(now)) for s in self.standing),
            (_WORDS[self.name], "settings", "", ""),
        ]
