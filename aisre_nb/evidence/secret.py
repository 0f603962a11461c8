"""One secret in the kernel's hands: whatever shows it shows its placeholder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Secret(str):
    """A text that reads ``[redacted:aws_key:1]``, to whatever prints, formats, joins, pickles or writes it.

    ``.value`` is the raw text, for use in code: to decode it, to compare it, to hash it. Printing ``.value``, or
    leaving it last in a cell, puts it into the notebook, and into the file when that is saved: this is the act of
    whoever does it. ``==`` compares raw texts; with the placeholder's text it is False.
    """

    __slots__ = ("_read",)
    _read: Callable[[], str]

    def __new__(cls, placeholder: str, read: Callable[[], str]) -> Secret:
        """``read`` gives the raw text; the object itself does not hold it."""
        made = super().__new__(cls, placeholder)
        made._read = read
        return made

    @property
    def value(self) -> str:
        """The raw text, out of this process's memory."""
        return self._read()

    def __repr__(self) -> str:
        return str.__str__(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Secret):
            return self.value == other.value
        return isinstance(other, str) and self.value == other

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.value)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # Another process, or a file, gets the placeholder alone.
        return str, (str.__str__(self),)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": str.__str__(self)}
