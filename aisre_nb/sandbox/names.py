"""Other names for the shop's services, so that nobody can solve a scenario by knowing the shop."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from aisre_nb.errors import UsageError

_GOOD = re.compile(r"[a-z][a-z0-9]{1,30}")
Value = TypeVar("Value")


class Names:
    """Replaces service names wherever they stand: telemetry, routes, source, paths, manifests, tags.

    ``cart`` becomes ``basket``, ``Cart`` ``Basket``, ``CART`` ``BASKET``, in one pass. A new name is one lower-case
    word, because it becomes a Python package too.
    """

    def __init__(self, renamed: Mapping[str, str], known: tuple[str, ...]) -> None:
        for old, new in renamed.items():
            if old not in known:
                raise UsageError(f"the shop has no service {old!r}", f"one of {', '.join(known)}")
            if not _GOOD.fullmatch(new):
                raise UsageError(
                    f"{new!r} cannot name a service", "write one lower-case word: names={'user': 'member'}"
                )
            if new in known or list(renamed.values()).count(new) > 1:
                raise UsageError(f"two services would be named {new!r}", "give each a name of its own")
        self._renamed = dict(renamed)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(sorted(self._spellings, key=len, reverse=True)))

    @cached_property
    def _spellings(self) -> dict[str, str]:
        spelled: dict[str, str] = {}
        for old, new in self._renamed.items():
            spelled |= {old: new, old.capitalize(): new.capitalize(), old.upper(): new.upper()}
        return spelled

    @property
    def renamed(self) -> dict[str, str]:
        """New names by old ones."""
        return dict(self._renamed)

    def text(self, text: str) -> str:
        """The text with the new names."""
        if not self._renamed:
            return text
        return self._pattern.sub(lambda found: self._spellings[found.group()], text)

    def of(self, value: Value) -> Value:
        """The same for every string in dataclasses, tuples, lists and dicts, however deep."""
        return self._of(value) if self._renamed else value

    def _of(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (tuple, list)):
            return type(value)(self._of(item) for item in value)
        if isinstance(value, dict):
            return {self._of(key): self._of(item) for key, item in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{f.name: self._of(getattr(value, f.name)) for f in fields(value)})
        return value
