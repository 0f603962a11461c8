"""The place in a program that wrote a log line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisre_nb.analysis.logs.miner import mine

_HEAD = 12
"""Words at the beginning of a line among which a layout puts the place."""
_LONGEST_WORD = 160
_PLACE = re.compile(r"\(?(?:[A-Za-z_$][\w.$\[\]/\\-]*#\d{1,6}|[\w$./\\-]*\w\.[A-Za-z]{1,5}:\d{1,6})[):,\]]?")
"""``%c#%L`` of Logback and Log4j, ``file.py:12`` of everybody else."""
_LINE = 1000
_TEXT = 200


def log_points(services: Sequence[str], bodies: Sequence[str]) -> list[str]:
    """The place that wrote each line, in words: as its layout names it, else the line's pattern (`logs.miner.mine`).

    Patterns are mined in each service's lines by themselves. Of a line only the first thousand characters are read.
    """
    places = {body: _place(body) for body in dict.fromkeys(bodies)}
    found = [places[body] for body in bodies]
    unknown: dict[str, list[int]] = {}
    for n, (service, place) in enumerate(zip(services, found, strict=True)):
        if not place:
            unknown.setdefault(service, []).append(n)
    for mine_ in unknown.values():
        mined = mine(bodies[n][:_LINE] for n in mine_)
        for n, pattern in zip(mine_, mined.ids, strict=True):
            found[n] = mined.patterns[pattern][:_TEXT]
    return found


def _place(body: str) -> str:
    for word in body[:_LINE].lstrip().split("\n", 1)[0].split(None, _HEAD)[:_HEAD]:
        if len(word) <= _LONGEST_WORD and _PLACE.fullmatch(word):
            return word.strip("():,]")
    return ""
