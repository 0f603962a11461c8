"""The place in a program that wrote a log line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from aisre_nb.analysis.log_patterns import masked

_HEAD = 12
"""Words at the beginning of a line among which a layout puts the place."""
_LONGEST_WORD = 160
_PLACE = re.compile(r"\(?(?:[A-Za-z_$][\w.$\[\]/\\-]*#\d{1,6}|[\w$./\\-]*\w\.[A-Za-z]{1,5}:\d{1,6})[):,\]]?")
"""``%c#%L`` of Logback and Log4j, ``file.py:12`` of everybody else."""
_CODE = (("code.function.name", "code.line.number"), ("code.function", "code.lineno"), ("code.file.path", "code.line.number"))
_TEXT = 160


def log_point(body: str, attributes: Mapping[str, str] | None = None) -> str:
    """The place, from OpenTelemetry's ``code.*`` attributes or the line's head; else the line without what varies."""
    for name, line in _CODE if attributes else ():
        if attributes and attributes.get(name):
            return f"{attributes[name]}#{attributes.get(line, '')}"
    first = body[:4000].lstrip().split("\n", 1)[0]
    for word in first.split(None, _HEAD)[:_HEAD]:
        if len(word) <= _LONGEST_WORD and _PLACE.fullmatch(word):
            return word.strip("():,]")
    return masked(first)[:_TEXT]


def log_points(bodies: Sequence[str]) -> list[str]:
    """The place of each line; equal lines are read once."""
    known = {body: log_point(body) for body in dict.fromkeys(bodies)}
    return [known[body] for body in bodies]
