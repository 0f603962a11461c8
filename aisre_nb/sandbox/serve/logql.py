"""The part of LogQL that is answered: a selector, line filters, ``json`` and ``logfmt``, label filters, rates.

After Loki's documentation of LogQL; what is not understood is an error, never a wrong answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aisre_nb.sandbox.serve.web import BadRequest

_STRING = r'("(?:[^"\\]|\\.)*"|`[^`]*`)'
_MATCHER = re.compile(rf"\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*{_STRING}\s*,?")
_LINE = re.compile(rf"\s*(\|=|!=|\|~|!~)\s*{_STRING}")
_PARSER = re.compile(r"\s*\|\s*(json|logfmt)\b(?!\s*[=!<>])")
_LABEL = re.compile(rf"\s*\|\s*([A-Za-z_]\w*)\s*(=~|!~|!=|=)\s*{_STRING}")
_RANGE = re.compile(
    r"\s*(?:sum\s*(?:by\s*\(([\w\s,]*)\)\s*)?\(\s*)?(rate|count_over_time)\s*\((.*)\[(\d+)([smhd])\]\s*\)\s*\)?"
    r"\s*(?:by\s*\(([\w\s,]*)\))?\s*",
    re.DOTALL,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PAIR = re.compile(r'([\w.]+)=("(?:[^"\\]|\\.)*"|\S*)')


@dataclass(frozen=True)
class Match:
    """One condition on a label."""

    label: str
    how: str
    value: str

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether it is true of these labels; a missing one is empty."""
        value = labels.get(self.label, "")
        if self.how in ("=", "!="):
            return (value == self.value) == (self.how == "=")
        return (_regex(self.value).fullmatch(value) is not None) == (self.how == "=~")


@dataclass(frozen=True)
class Stage:
    """One stage after the selector: ``line`` with how and text, ``parse`` with its format, ``label`` with a match."""

    kind: str
    how: str = ""
    text: str = ""
    match: Match | None = None


@dataclass(frozen=True)
class Query:
    """A query for lines, or for a number of them."""

    selector: tuple[Match, ...]
    stages: tuple[Stage, ...]
    function: str = ""
    """``rate`` or ``count_over_time``; empty: lines are asked for."""
    seconds: int = 0
    by: tuple[str, ...] | None = None
    """Labels to sum by; None: not summed."""

    def keeps(self, line: str, labels: dict[str, str]) -> bool:
        """Whether a line passes; labels that parsers find are added."""
        for stage in self.stages:
            if stage.kind == "line":
                inside = stage.text in line if stage.how in ("|=", "!=") else bool(_regex(stage.text).search(line))
                if inside != stage.how.startswith("|"):
                    return False
            elif stage.kind == "parse":
                labels |= {k: v for k, v in _parsed(line, stage.text).items() if k not in labels}
            elif stage.match is not None and not stage.match.holds(labels):
                return False
        return True


def parse(text: str) -> Query:
    """Raises `BadRequest` for what is not understood."""
    ranged = _RANGE.fullmatch(text)
    if ranged is None:
        return _lines(text)
    first, function, inner, number, unit, last = ranged.groups()
    lines = _lines(inner)
    summed = text.lstrip().startswith("sum")
    by = first if first is not None else last
    names = tuple(name.strip() for name in by.split(",") if name.strip()) if by else ()
    return Query(lines.selector, lines.stages, function, int(number) * _SECONDS[unit], names if summed else None)


def _lines(text: str) -> Query:
    head = re.match(r"\s*\{", text)
    end = _closing(text)
    if head is None or end < 0:
        raise BadRequest('parse error at line 1, col 1: syntax error: a query begins with {label="value"}')
    selector, place = [], head.end()
    while place < end:
        found = _MATCHER.match(text, place, end)
        if found is None:
            raise BadRequest(f"parse error at line 1, col {place + 1}: syntax error in the selector")
        selector.append(Match(found[1], found[2], _unquoted(found[3])))
        place = found.end()
    if not selector:
        raise BadRequest("parse error : queries require at least one regexp or equality matcher")
    return Query(tuple(selector), tuple(_stages(text, end + 1)))


def _stages(text: str, place: int) -> list[Stage]:
    found = []
    while text[place:].strip():
        for pattern, made in _KINDS:
            read = pattern.match(text, place)
            if read is not None:
                found.append(made(read))
                place = read.end()
                break
        else:
            unknown = text[place:].strip()[:40]
            raise BadRequest(f"parse error at line 1, col {place + 1}: this server does not know {unknown!r}")
    return found


_KINDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Stage]], ...] = (
    (_LINE, lambda read: Stage("line", read[1], _unquoted(read[2]))),
    (_PARSER, lambda read: Stage("parse", text=read[1])),
    (_LABEL, lambda read: Stage("label", match=Match(read[1], read[2], _unquoted(read[3])))),
)


def _closing(text: str) -> int:
    """Where the selector ends: the first brace outside a string."""
    outside = re.sub(_STRING, lambda found: "_" * len(found[0]), text)
    return outside.find("}")


def _unquoted(text: str) -> str:
    if text.startswith("`"):
        return text[1:-1]
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _regex(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise BadRequest(f"parse error : invalid regexp {text!r}: {error}") from None


def _parsed(line: str, kind: str) -> dict[str, str]:
    """Labels out of a line; none where it is of another kind."""
    if kind == "json":
        try:
            told = json.loads(line)
        except ValueError:
            return {"__error__": "JSONParserErr"}
        return {re.sub(r"\W", "_", k): str(v) for k, v in told.items()} if isinstance(told, dict) else {}
    return {re.sub(r"\W", "_", k): _unquoted(v) if v.startswith('"') else v for k, v in _PAIR.findall(line)}
