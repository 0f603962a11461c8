"""Text of a record as Markdown that shows it and does nothing else: no heading, link, picture, mention or HTML."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from aisre_nb.evidence.invisible import visible

_SPECIAL = re.compile(r"([\\`*_\[\]~|$])")
_WORD = re.compile(r"(?<=[^\W_])\\_(?=[^\W_])")
_LEADING = re.compile(r"^([#+\-=:>]|\d{1,9}(?=[.)](?:\s|$)))")
_CODE = re.compile(r"`([^`]*[^`\s][^`]*)`")
_NARROW = "&#8203;"
"""A space of no width: GitHub, GitLab and wikis look for links and mentions after they resolved escapes."""
_CALLS = (
    (re.compile(r"@"), f"@{_NARROW}"),
    (re.compile(r"(?<=[#!%])(?=\d)"), _NARROW),
    (re.compile(r"\b(GH)-(?=\d)", re.IGNORECASE), rf"\1-{_NARROW}"),
    (re.compile(r":(?=//)"), f":{_NARROW}"),
    (re.compile(r"\b(www)\.", re.IGNORECASE), rf"\1{_NARROW}."),
    (re.compile(r"\b(mailto|xmpp|javascript|data):", re.IGNORECASE), rf"\1:{_NARROW}"),
)
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#!&+,;=%-]{1,2000}")


def line(text: object) -> str:
    """One line, at any place of a document, also within a table; what stands in `backticks` is code."""
    parts = _CODE.split(" ".join(visible(str(text)).split()))
    told = "".join(code(part) if n % 2 else _plain(part) for n, part in enumerate(parts))
    return _LEADING.sub(lambda found: _at_start(found[1]), told)


def _plain(text: str) -> str:
    told = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    told = _WORD.sub("_", told)
    for pattern, instead in _CALLS:
        told = pattern.sub(instead, told)
    return told


def _at_start(mark: str) -> str:
    """What begins a heading, a list or a line under a heading at the start of a line."""
    return f"{mark[:-1]}&#{ord(mark[-1])};" if mark.isdigit() else f"\\{mark}"


def wrapped(text: object, width: int, first: str, then: str) -> str:
    """Lines of at most ``width``: no word that comes to stand first begins a heading or a list."""
    told = textwrap.wrap(line(text), width - len(then), break_long_words=False, break_on_hyphens=False)
    lines = [_LEADING.sub(lambda found: _at_start(found[1]), one) if n else one for n, one in enumerate(told)]
    return "\n".join(f"{then if n else first}{one}" for n, one in enumerate(lines))


def code(text: object) -> str:
    """An inline piece of code; within a table, too."""
    flat = " ".join(visible(str(text)).split()).replace("|", "¦")
    if not flat:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", flat)), default=0) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{pad}{flat}{pad}{fence}"


def block(text: object) -> str:
    """Lines of code."""
    told = visible(str(text))
    fence = "`" * max(3, max(map(len, re.findall("`+", told)), default=0) + 1)
    return f"{fence}text\n{told}\n{fence}"


def struck(text: object, detail: object) -> str:
    """A sentence that does not hold, with what contradicts it."""
    return f"~~{line(text)}~~ **{line(detail)}**" if str(detail).strip() else f"~~{line(text)}~~"


def address(link: str) -> str:
    """A link to what it says, where it is an ordinary one; else code."""
    return f"<{link}>" if _ADDRESS.fullmatch(link) else code(link)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """As GitHub draws it; the cells are Markdown of one line."""
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def items(entries: Iterable[str]) -> str:
    """A list; the entries are Markdown of one line."""
    return "\n".join(f"- {entry}" for entry in entries)
