"""A look at a query of Grafana's family of languages before it is sent: its texts and brackets are closed."""

from __future__ import annotations

import re

from aisre_nb.errors import ToolError

_LONGEST = 5000
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`')
_PAIRS = {")": "(", "]": "[", "}": "{"}


def balanced(query: str, next_step: str) -> tuple[str, str]:
    """The query without blanks around it, and the same with its texts blotted out, sign for sign.

    Raises `ToolError` with ``next_step`` where it is empty, too long, or something in it is not closed.
    """
    text = query.strip()
    if not text or len(text) > _LONGEST:
        raise ToolError(f"the query is {'empty' if not text else f'longer than {_LONGEST} characters'}", next_step)
    bare = blotted(text)
    if '"' in bare or "`" in bare:
        place = max(bare.find('"'), bare.find("`"))
        raise ToolError(f"a text in the query is not closed: {text[place : place + 40]}", next_step)
    open_: list[str] = []
    for place, sign in enumerate(bare):
        if sign in _PAIRS.values():
            open_.append(sign)
        elif sign in _PAIRS and (not open_ or open_.pop() != _PAIRS[sign]):
            raise ToolError(f"{sign!r} at {place + 1} closes nothing", next_step)
    if open_:
        raise ToolError(f"{open_[-1]!r} is not closed", next_step)
    return text, bare


def blotted(text: str) -> str:
    """With its texts blotted out."""
    return _STRING.sub(lambda found: "_" * len(found[0]), text)
