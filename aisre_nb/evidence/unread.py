"""Evidence of a record, whose frame is read when somebody first looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from threading import RLock
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence

if TYPE_CHECKING:
    import pandas as pd

Read = Callable[[], "tuple[pd.DataFrame | None, str]"]
"""The frame, or None and why it cannot be had."""
_ONE = RLock()
"""Two handlers may look at the same time."""


class Unread(Evidence):
    """Nobody can tell it from evidence that was just fetched, but for the moment at which its frame is read."""

    @classmethod
    def of(cls, read: Read, **values: Any) -> Unread:
        """The fields of `Evidence` without the frame, and how to get that."""
        made = cls(**values)
        made.__dict__["_read"] = read
        return made

    @property
    def frame(self) -> pd.DataFrame | None:
        """Read now, if nobody asked before. Where it cannot be: none, the summary says why, and it is a text."""
        with _ONE:
            read = self.__dict__.pop("_read", None)
            if read is not None:
                self.__dict__["frame"], self.__dict__["_missing"] = read()
                if self.missing:
                    self.__dict__["summary"] = f"{self.summary} [{self.missing}]".strip()
                    # Nothing can be drawn of it: its columns are not there.
                    self.__dict__["kind"] = "text"
            found: pd.DataFrame | None = self.__dict__["frame"]
            return found

    @frame.setter
    def frame(self, value: pd.DataFrame | None) -> None:
        # The dataclass's own __init__ puts it there; anybody else finds it frozen.
        self.__dict__["frame"] = value

    @property
    def missing(self) -> str:
        """Why there is no frame although there was one; empty while nobody looked, and where all is well."""
        return str(self.__dict__.get("_missing", ""))

    def __eq__(self, other: object) -> bool:
        # As a dataclass does, lists of values: what is the same object is equal, and a frame is never asked.
        names = [f.name for f in fields(Evidence)]
        return isinstance(other, Evidence) and [getattr(self, n) for n in names] == [getattr(other, n) for n in names]

    __hash__ = None  # type: ignore[assignment]
