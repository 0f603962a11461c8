"""What one evidence holds, made ready to be looked into: its texts, its names, its numbers by unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.facts import texts

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 20_000
"""Rows whose texts are looked into."""
_FEW = 400
"""A frame of more rows than these gives only what its columns amount to, not each cell."""
_SHORT = 160
"""Characters of a text in the facts whose figures count: a version, a title, a message."""
_IN_TEXT = re.compile(
    r"(?<![\w.:-])([-−]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)\s?(%|ms|s|min|h|x|×)?(?![\w:])", re.IGNORECASE
)
_OF_ONE = ("", "1", "ratio", "share")
_SHARES = ("rate", "share", "ratio", "utilization", "fraction")
_SURENESS = ("confidence", "step_seconds", "tolerance")
"""Numbers that speak of other numbers."""


class Holdings:
    """Computed when asked for, once."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    @cached_property
    def _frame(self) -> pd.DataFrame | None:
        """Of columns with the same name only the first: a person's frame may have two."""
        frame = self.evidence.frame
        return None if frame is None else frame.loc[:, ~frame.columns.duplicated()]

    @cached_property
    def haystack(self) -> str:
        """All its texts on one line, in small letters."""
        one = self.evidence
        parts = [
            one.id,
            one.title,
            one.summary,
            one.text,
            one.query,
            one.source,
            *texts(one.arguments),
            *texts(one.facts),
        ]
        parts += [str(key) for key in _keys(one.facts)]
        if self._frame is not None:
            parts += [str(name) for name in self._frame.columns]
            for place in range(self._frame.shape[1]):
                cells = self._frame.iloc[:_ROWS, place]
                if cells.dtype.kind not in "iufcbmM":
                    parts += cells.dropna().astype(str).drop_duplicates().tolist()
        return " ".join(" ".join(parts).split()).lower()

    @cached_property
    def numbers(self) -> dict[str, list[float]]:
        """By unit: ``%`` (0 to 100), ``s``, ``x``, and ``""`` for plain ones."""
        found: dict[str, list[float]] = {"%": [], "s": [], "x": [], "": []}
        for key, unit, value in _of_facts(self.evidence.facts, "", ""):
            _put(found, key, unit, value)
        short = (text for text in texts(self.evidence.facts) if len(text) <= _SHORT)
        for text in (self.evidence.title, self.evidence.summary, *short):
            for match in _IN_TEXT.finditer(text):
                _put_written(found, match)
        if self._frame is not None:
            _put(found, "rows", "", float(len(self._frame)))
            for key, unit, value in _of_frame(self._frame):
                _put(found, key, unit, value)
            for text in _few_texts(self._frame):
                for match in _IN_TEXT.finditer(text):
                    _put_written(found, match)
        return found

    @cached_property
    def services(self) -> set[str]:
        """The services that it speaks of by name."""
        one = self.evidence
        named = {str(one.arguments.get("service", "")), str(one.facts.get("service", ""))}
        if self._frame is not None:
            for column in ("service", "caller", "callee"):
                if column in self._frame:
                    named |= set(self._frame[column].dropna().astype(str).unique())
        listed = one.facts.get("services")
        named |= {str(row.get("service", "")) for row in _rows(listed)}
        return {name for name in named if name}

    def became(self, before: str, after: str) -> bool:
        """Whether it says that the one became the other: in a row's from and to, or in words."""
        pair = (before.lower(), after.lower())
        if any(f"{pair[0]} {arrow} {pair[1]}" in self.haystack for arrow in ("→", "->")):
            return True
        one = self.evidence
        rows = [row for key in ("changes", "deployments") for row in _rows(one.facts.get(key))] + [one.facts]
        rows.append({"from": one.arguments.get("from_version"), "to": one.arguments.get("to_version")})
        if self._frame is not None and {"from", "to"} <= set(self._frame.columns):
            rows += [{"from": a, "to": b} for a, b in zip(self._frame["from"], self._frame["to"], strict=True)]
        # A value may be of several words, of which a sentence shows the last and the first beside the arrow.
        both = ((_version(row.get("from")), _version(row.get("to"))) for row in rows)
        return any(_ends(old, pair[0]) and _begins(new, pair[1]) for old, new in both)

    def spells(self, name: str) -> bool:
        """Whether it holds the name, as a word of its own where it is one."""
        wanted = " ".join(name.split()).lower().rstrip("….")
        if not wanted:
            return False
        if re.fullmatch(r"[\w-]+", wanted):
            return re.search(rf"(?<![\w]){re.escape(wanted)}(?![\w])", self.haystack) is not None
        return wanted in self.haystack


def _ends(text: str, word: str) -> bool:
    return text == word or text.endswith(f" {word}")


def _begins(text: str, word: str) -> bool:
    return text == word or text.startswith(f"{word} ")


def _version(value: Any) -> str:
    """The tag of an image's full name; anything else as it is."""
    text = str(value).lower()
    found = re.search(r"[\w.-]+/[^\s@]*:([\w.-]+)(?:@|$)", text) or re.fullmatch(r"[\w.-]+:(\w[\w.-]*)", text)
    return found[1] if found else text


def _rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; a stranger's facts may be anything."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []


def _keys(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _keys(inner)


def _of_facts(value: Any, key: str, unit: str) -> Iterator[tuple[str, str, float]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield key, unit, float(value)
    elif isinstance(value, Mapping):
        own = str(value.get("unit") or unit)
        before = value.get("before")
        for name, inner in value.items():
            if str(name) not in _SURENESS:
                # Of "latency_p95": {"before": 0.2} the number is a latency.
                named = key if name in ("before", "after", "peak") and key else str(name)
                yield from _of_facts(inner, named, "x" if name == "ratio" else own)
        if isinstance(before, int | float) and before > 0:
            for name in ("after", "peak"):
                if isinstance(value.get(name), int | float):
                    yield "ratio", "x", float(value[name]) / float(before)
    elif isinstance(value, list | tuple):
        for inner in value[:500]:
            yield from _of_facts(inner, key, unit)
        if value:
            yield "count", "", float(len(value))


def _of_frame(frame: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Each cell of a small frame; of a large one, and of series, what each column amounts to."""
    groups = [name for name in ("service", "signal") if name in frame]
    series = "signal" in frame and "value" in frame
    for place, name in enumerate(map(str, frame.columns)):
        if frame.iloc[:, place].dtype.kind not in "iuf":
            continue
        parts = frame.groupby([frame[g].astype(str) for g in groups], sort=False) if series else [((), frame)]
        for label, rows in parts:
            cells = rows.iloc[:, place].dropna().astype(float)
            if cells.empty:
                continue
            key = str(label[-1]) if series and label else name
            unit = str(rows["unit"].iloc[0]) if series and "unit" in rows else ""
            if len(frame) <= _FEW and not series:
                yield from ((key, unit, float(cell)) for cell in cells.unique())
            totals = (cells.min(), cells.max(), cells.median(), cells.mean(), cells.iloc[0], cells.iloc[-1])
            yield from ((key, unit, float(total)) for total in totals)
            if not series:
                yield key, unit, float(cells.sum())


def _few_texts(frame: pd.DataFrame) -> Iterator[str]:
    """The texts of a small frame: what a deployment's title, an alert or an exception says in figures."""
    for place in range(frame.shape[1]) if len(frame) <= _FEW else ():
        cells = frame.iloc[:, place]
        if cells.dtype.kind not in "iufcbmM":
            yield from (str(cell) for cell in cells.dropna().astype(str).drop_duplicates())


def _put(found: dict[str, list[float]], key: str, unit: str, value: float) -> None:
    """File a number under what its name and unit say it is."""
    key = key.lower()
    if unit == "x" or key == "ratio":
        found["x"].append(value)
    elif (
        unit == "s"
        or (unit == "" and key.startswith(("latency_", "duration_")) and not key.endswith("ms"))
        or key.endswith(("_s", "seconds"))
    ):
        found["s"].append(value)
    elif unit == "ms" or key.endswith("_ms"):
        found["s"].append(value / 1000)
    elif key.endswith(("_ns", "duration_ns")):
        found["s"].append(value / 1e9)
    elif unit == "%" or key.endswith(("percent", "_pct")):
        found["%"].append(value)
    elif unit in _OF_ONE and (key.endswith(_SHARES) or (unit and abs(value) <= 1)):
        found["%"].append(value * 100)
        found[""].append(value)
    else:
        found[""].append(value)


def _put_written(found: dict[str, list[float]], match: re.Match[str]) -> None:
    value, unit = float(match[1].replace(",", "").replace("−", "-")), (match[2] or "").lower()
    scale = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}
    if unit in scale:
        found["s"].append(value * scale[unit])
    else:
        found["x" if unit in ("x", "×") else unit].append(value)
