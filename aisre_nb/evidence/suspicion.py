"""Text that seems to be meant for an assistant, or for a page or a shell that would run it: flagged, never hidden.

Nothing depends on what is found here: what a tool brings is data whether it is flagged or not. The flags are for the
person, who sees that somebody tried, and for the model, which is told once more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.result import ToolResult
from aisre_nb.evidence.suspicion_kinds import KINDS, OF_CODE

if TYPE_CHECKING:
    import pandas as pd

_LONGEST = 20_000
"""Characters of one text that are looked at from its beginning, and as many from its end."""
_ROWS = 50_000
"""Of a frame that are looked at: what is below them is read by few."""
_DEPTH = 8
_MOST = 5
"""Flags of one result: more of them would hide what they are about."""
_EXCERPT = 80
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE | re.DOTALL) for kind, pattern in KINDS.items()}

Masked = Callable[[str, str], str]
"""A text as it may be shown, by the name that it stands under."""


@dataclass(frozen=True)
class Suspicion:
    """One text that was noticed."""

    kind: str
    where: str
    """``"row 3, Body"``, ``"title"``."""
    excerpt: str
    """At most 80 visible characters, masked."""

    def __str__(self) -> str:
        return f"{self.kind} ({self.where}): “{self.excerpt}”"


def _as_it_is(name: str, text: str) -> str:
    return text


def suspicions(result: ToolResult, masked: Masked = _as_it_is) -> list[Suspicion]:
    """What of a result, as it came, looks meant to steer something: one of each kind, and some more up to five.

    ``masked`` makes the excerpts: it gets the whole text, for a secret that was cut in two is none to a rule.
    """
    skipped = OF_CODE if result.kind in ("file", "diff", "pull_request") else frozenset()
    found: dict[str, Suspicion] = {}
    more: list[Suspicion] = []
    for where, name, text in _texts(result):
        for one in in_text(text, where, skipped, lambda whole, name=name: masked(name, whole)):  # type: ignore[misc]
            if found.setdefault(one.kind, one) is not one and len(more) < _MOST:
                more.append(one)
        if len(found) == len(KINDS) - len(skipped):
            break
    return [*found.values(), *more][: max(_MOST, len(found))]


def in_text(
    text: str, where: str, skipped: Collection[str] = (), masked: Callable[[str], str] = str
) -> Iterator[Suspicion]:
    """The kinds that one text holds."""
    seen = _looked_at(text)
    for kind, pattern in _PATTERNS.items():
        if kind not in skipped and pattern.search(seen):
            yield Suspicion(kind, where, _excerpt(masked(text), pattern))


def _looked_at(text: str) -> str:
    """Its two ends as they are; and once more without what hides letters or stands for them, where there is such."""
    ends = text if len(text) <= 2 * _LONGEST else f"{text[:_LONGEST]}\n{text[-_LONGEST:]}"
    if ends.isascii() and "\x1b" not in ends and "\x00" not in ends:
        return ends
    plain = visible(unicodedata.normalize("NFKC", ends))
    return ends if plain == ends else f"{ends}\n{plain}"


def _excerpt(text: str, pattern: re.Pattern[str]) -> str:
    seen = visible(_looked_at(text))
    match = pattern.search(seen)
    start = match.start() if match else 0
    words = " ".join(seen[start : start + 4 * _EXCERPT].split())
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1] + "…"


def _texts(result: ToolResult) -> Iterator[tuple[str, str, str]]:
    """Every text in it that may hold something: where it stands, under which name, and the text."""
    for where in ("title", "summary", "text"):
        yield where, where, getattr(result, where)
    yield from (("facts", name, text) for name, text in _nested(result.facts, "facts", 0))
    if result.frame is not None:
        yield from _in_frame(result.frame)


def _in_frame(frame: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    yield from ((f"name of column {n + 1}", "column", str(name)) for n, name in enumerate(frame.columns))
    for place, column in enumerate(map(str, frame.columns)):
        cells = frame.iloc[:_ROWS, place]
        if cells.dtype.kind in "iufcbmM":
            continue
        # Each text once, where it stands first.
        rows = {
            (name, text): row
            for row, cell in reversed(list(enumerate(cells)))
            for name, text in ([(column, cell)] if isinstance(cell, str) else _nested(cell, column, 0))
        }
        told = " ".join(visible(column).split())[:40]
        found = sorted(_hinted([(row, name, text) for (name, text), row in rows.items()]))
        yield from ((f"row {row + 1}, {told}", name, text) for row, name, text in found)


def _hinted(texts: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Those that may hold something: by RE2 where there are many."""
    if len(texts) < 200:
        return texts
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        array = pa.array([_looked_at(text) for _, _, text in texts], pa.large_string())
        # One after the other: all in one pattern are too many states for RE2, and thirty times slower.
        hits = [pc.indices_nonzero(pc.match_substring_regex(array, f"(?is){p}")).to_pylist() for p in KINDS.values()]
        return [texts[n] for n in {n for hit in hits for n in hit}]
    except (pa.ArrowInvalid, UnicodeEncodeError):
        return texts


def _nested(value: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    """Each text in it, and the name that it stands under."""
    if isinstance(value, str):
        yield name, value
    elif depth < _DEPTH and isinstance(value, Mapping):
        for key, inner in list(value.items())[:500]:
            yield name, str(key)
            yield from _nested(inner, str(key), depth + 1)
    elif depth < _DEPTH and isinstance(value, list | tuple | set):
        for inner in list(value)[:500]:
            yield from _nested(inner, name, depth + 1)
