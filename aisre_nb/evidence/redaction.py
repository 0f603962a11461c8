"""The one place where secrets are masked, before the model, the notebook and the disk. It fails closed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence import secret_blocks
from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.secret_names import is_value, strength
from aisre_nb.evidence.secret_store import SecretStore
from aisre_nb.evidence.secrets import EMAILS, MASK, RULES, RUN, SCHEME, Rule, hint_of

if TYPE_CHECKING:
    import pandas as pd

UNREADABLE = "[redacted:unreadable]"
_DEPTH = 40
_LONG = 20_000
"""Characters from which a text is searched line by line."""
_LOOKS = 10_000
_GROUPS = ("a", "b", "c", "d", "e")
_CLOSERS = ")]}>.!?\"'`\\"
_MASKED = re.compile(rf"[\s{{(<\"']*(?:{SCHEME}[ \t]+)?{MASK.pattern}", re.IGNORECASE)
_REST = re.compile(rf"(?:\\[nrt]|[\s{re.escape(_CLOSERS)}])*")
"""What may stand after a placeholder and is no part of a secret."""
_PLAIN = (bool, int, type(None), date, time, timedelta, Decimal)
_ABOUT = frozenset({"name", "namespace", "type", "kind", "id", "key", "ref"})


class Redactor:
    """Masks secrets by stable placeholders: the same secret is ``[redacted:aws_key:1]`` wherever it stands."""

    def __init__(self, rules: Sequence[Rule] = RULES, *, emails: bool = False) -> None:
        """``emails``: mask addresses too."""
        self._rules = (*rules, EMAILS) if emails else tuple(rules)
        self._needles = _needles(rule for rule in self._rules if not rule.run)
        self._run_needles = _needles(rule for rule in self._rules if rule.run)
        self._looks: dict[tuple[str, ...], tuple[Rule, ...]] = {}
        """The rules for the needles that a text holds."""
        self._store = SecretStore()

    @cached_property
    def hint(self) -> str:
        """For RE2: found in every text that holds anything to mask or to take out."""
        return hint_of(self._rules)

    def raw(self, placeholder: str) -> str:
        """The secret for which a placeholder stands. Raises `UsageError`."""
        secret = self._store.raw(placeholder.strip())
        if secret is None:
            # What was given may be a secret itself: only a placeholder is repeated.
            known = MASK.fullmatch(placeholder.strip())
            wrong = f"nothing was masked as {known.group(0)}" if known else "that is no placeholder"
            raise UsageError(wrong, "copy a whole one out of the evidence: [redacted:secret:1]")
        return secret

    def text(self, text: str) -> str:
        """The text without secrets and without characters that steer a terminal or hide words."""
        try:
            text = self.readable(text)
            return self._long(text) if len(text) > _LONG else self._masked(text)
        except Exception:
            return UNREADABLE

    def readable(self, text: str) -> str:
        """The text without what steers a terminal; a secret is masked before a part of it is taken for that."""
        if "\x1b" in text:
            text = self._masked(text).replace("\x1b[redacted:", "[redacted:")
        return visible(text)

    def value(self, value: Any) -> Any:
        """JSON, masked throughout; what stands under a key such as ``password`` is masked whatever it looks like.

        Numpy's scalars and arrays become Python's; what is no JSON becomes its text, NaN null.
        """
        try:
            return self._value(value, 0)
        except Exception:
            return UNREADABLE

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """A new frame with every text and every nested value masked; numbers and times as they were."""
        from aisre_nb.evidence.redacted_frame import redacted_frame

        return redacted_frame(self, frame)

    def placeholder(self, kind: str, secret: str) -> str:
        """What stands for a secret from now on."""
        return secret if MASK.fullmatch(secret) else self._store.placeholder(kind, secret)

    def secret(self, value: Any, depth: int = 0) -> Any:
        """Mask a value because of the name that it stands under."""
        if isinstance(value, str):
            value = self.readable(value)
            # What has a format keeps its kind, and so the placeholder that it has elsewhere.
            known = self.text(value)
            if _is_masked(known):
                return known
            return self.placeholder("secret", value) if is_value(value) else known
        if depth > _DEPTH:
            return UNREADABLE
        if isinstance(value, Mapping):
            return {
                self.text(str(k)): self._value(v, depth + 1) if str(k) in _ABOUT else self.secret(v, depth + 1)
                for k, v in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            return [self.secret(inner, depth + 1) for inner in value]
        if isinstance(value, bytes):
            return self.placeholder("secret", value.decode("utf-8", "replace"))
        return self._value(value, depth)

    def _value(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, float):
            # JSON has no NaN: what is missing is null.
            return float(value) if math.isfinite(value) else None
        if isinstance(value, _PLAIN):
            return value
        if depth > _DEPTH:
            return UNREADABLE
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, list | tuple):
            return self._sequence(value, depth)
        if isinstance(value, set | frozenset):
            return self._sequence(sorted(value, key=str), depth)
        if isinstance(value, bytes | bytearray):
            return self.text(value.decode("utf-8", "replace"))
        if hasattr(value, "tolist"):
            return self._value(value.tolist(), depth + 1)
        return self.text(str(value))

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        named = _named_entry(value)
        manifest = value.get("kind") == "Secret"
        clean = {}
        for key, inner in value.items():
            name = str(key)
            if manifest and name in ("data", "stringData") and isinstance(inner, Mapping):
                masked: Any = {self.text(str(k)): self.secret(v, depth + 2) for k, v in inner.items()}
            elif (named and name in ("value", "Value")) or strength(name):
                masked = self._under(name, inner, depth + 1)
            else:
                masked = self._value(inner, depth + 1)
            clean[self.text(name)] = masked
        return clean

    def _under(self, name: str, inner: Any, depth: int) -> Any:
        # A number under "tokens" is a count; under "password" it is one.
        number = isinstance(inner, int | float) and not isinstance(inner, bool) and math.isfinite(inner)
        if number and strength(name) == "strong":
            return self.placeholder("secret", str(inner))
        return self.secret(inner, depth)

    def _sequence(self, value: Iterable[Any], depth: int) -> list[Any]:
        items = list(value)
        # A map that came out of a table is a list of pairs, as headers often are.
        if len(items) == 2 and isinstance(items[0], str) and isinstance(items[1], str) and strength(items[0]):
            return [self.text(items[0]), self.secret(items[1])]
        return [self._value(inner, depth + 1) for inner in items]

    def _long(self, text: str) -> str:
        """Masked line by line, where only the lines with a hint are looked at closely."""
        from aisre_nb.evidence.redacted_frame import redacted_lines

        return "\n".join(redacted_lines(self, text.split("\n")))

    def _masked(self, text: str) -> str:
        if "\n" in text or '"Secret' in text:
            text = secret_blocks.mask_text(text, self.placeholder)
        # What was masked may bring two parts together that are a secret only now: until nothing changes.
        for _ in range(5):
            before = text
            for rule in self._rules_for(text):
                text = self._applied(rule, text)
            if text == before:
                break
        return text

    def _rules_for(self, text: str) -> tuple[Rule, ...]:
        """Those that a text needs; nearly all of a log's lines need none, so that this is where the time goes."""
        lower = text.lower()
        found = [needle for sign, needles in self._needles if sign in lower for needle in needles if needle in lower]
        if RUN.search(text):
            found += [n for sign, needles in self._run_needles if sign in lower for n in needles if n in lower]
        key = tuple(found)
        if key not in self._looks:
            if len(self._looks) >= _LOOKS:
                self._looks.clear()
            self._looks[key] = tuple(rule for rule in self._rules if not set(key).isdisjoint(rule.needles))
        return self._looks[key]

    def _applied(self, rule: Rule, text: str) -> str:
        parts, done, place = [], 0, 0
        while match := rule.pattern.search(text, place):
            if inside := _mask_around(text, match.start()):
                place = inside
                continue
            group = match.lastgroup if match.lastgroup in _GROUPS else 0
            start, end = match.span(group)
            found = text[start:end]
            secret = found.rstrip(_CLOSERS) if group == "d" else found
            if secret and not _is_masked(found) and rule.holds(match, secret):
                parts += [text[done:start], self.placeholder(rule.kind, secret)]
                done = place = start + len(secret)
            else:
                # A name that holds no secret may stand before one that does.
                place = start if start > place else max(match.start() + 1, place + 1)
        return "".join(parts) + text[done:] if parts else text


def _needles(rules: Iterable[Rule]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """By a sign that they share, which is sooner looked for than each of them; the empty one is in every text."""
    grouped: dict[str, list[str]] = {}
    for needle in sorted({needle for rule in rules for needle in rule.needles}):
        grouped.setdefault(next((c for c in needle if not c.isalnum()), ""), []).append(needle)
    return tuple((sign, tuple(needles)) for sign, needles in grouped.items())


def _named_entry(value: Mapping[Any, Any]) -> bool:
    """``{"name": "DB_PASSWORD", "value": …}``, as a container's environment is written."""
    name = value.get("name", value.get("Name", value.get("key")))
    return isinstance(name, str) and bool(strength(name)) and ("value" in value or "Value" in value)


def _mask_around(text: str, place: int) -> int:
    """The end of the placeholder in which a place lies; 0 where it lies in none. A placeholder holds no secret."""
    start = text.rfind("[redacted:", max(0, place - 60), place + 9)
    found = MASK.match(text, start) if 0 <= start < place else None
    return found.end() if found and found.end() > place else 0


def _is_masked(secret: str) -> bool:
    found = _MASKED.match(secret)
    return found is not None and _REST.fullmatch(secret, found.end()) is not None
