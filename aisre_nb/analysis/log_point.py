"""The place in a program that wrote a log line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aisre_nb.analysis.logs.miner import masked_all, mine

_HEAD = 12
"""Words at the beginning of a line among which a layout puts the place."""
_LONGEST_WORD = 160
_PLACE = re.compile(r"\(?(?:[A-Za-z_$][\w.$\[\]/\\-]*#\d{1,6}|[\w$./\\-]*\w\.[A-Za-z]{1,5}:\d{1,6})[):,\]]?")
"""``%c#%L`` of Logback and Log4j, ``file.py:12`` of everybody else."""
_VARIES = re.compile(r"[^\s=:,;()\[\]{}\"']*\d[^\s=:,;()\[\]{}\"']*")
_LINE = 4000
_TEXT = 400
_MOST = 2000
"""Different texts of one service that are grouped; the others stand for themselves."""


def log_points(services: Sequence[str], bodies: Sequence[str]) -> list[str]:
    """The place that wrote each line, in words: as its layout names it, else the text without what varies.

    The texts are grouped by `logs.miner.mine`, each service's by themselves. Equal lines are read once; of a line only
    the first four thousand characters are.
    """
    known = {key: _place(key[1]) for key in dict.fromkeys(zip(services, bodies, strict=True))}
    bare = list(dict.fromkeys(body for (_, body), place in known.items() if not place))
    text_of = dict(zip(bare, _texts(bare), strict=True))
    texts: dict[str, dict[str, str]] = {}
    for (service, body), place in known.items():
        if not place:
            texts.setdefault(service, {})[text_of[body]] = ""
    for of_service in texts.values():
        of_service.update(_grouped(list(of_service)))
    return [known[key] or texts[key[0]][text_of[key[1]]] for key in zip(services, bodies, strict=True)]


def _place(body: str) -> str:
    for word in body[:_LINE].lstrip().split("\n", 1)[0].split(None, _HEAD)[:_HEAD]:
        if len(word) <= _LONGEST_WORD and _PLACE.fullmatch(word):
            return word.strip("():,]")
    return ""


def _texts(bodies: list[str]) -> list[str]:
    # A line may begin with white space, or be all of it.
    lines = masked_all([body[:_LINE].lstrip() for body in bodies])
    return [_VARIES.sub("<*>", line)[:_TEXT] for line in lines]


def _grouped(texts: list[str]) -> dict[str, str]:
    import pandas as pd

    mined = mine(pd.Series(texts[:_MOST], dtype="str"))
    return {text: mined.patterns[mined.ids[n]] if n < len(mined.ids) else text for n, text in enumerate(texts)}
