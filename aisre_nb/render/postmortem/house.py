"""The house's template as HTML: its headings, lists and paragraphs as text, and the record's parts in their places."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from aisre_nb.evidence.invisible import visible
from aisre_nb.render import html
from aisre_nb.render.postmortem import template

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*")
_ITEM = re.compile(r"[ \t]*[-*+][ \t]+(.*)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def as_html(
    text: str, lines: Mapping[str, str], blocks: Mapping[str, Callable[[], str]], heading: Callable[[int, str], str]
) -> str:
    """``text`` was checked. What is Markdown beyond headings and lists is shown as it is written."""
    parts: list[str] = []
    items: list[str] = []
    for row in _COMMENT.sub("", text).splitlines():
        item = _ITEM.fullmatch(row)
        if item is None and items:
            parts.append(f"<ul>{''.join(items)}</ul>")
            items = []
        title = _HEADING.fullmatch(row)
        if title is not None:
            parts.append(heading(len(title[1]), _inline(title[2], lines, blocks)))
        elif item is not None:
            items.append(f"<li>{_inline(item[1], lines, blocks)}</li>")
        elif row.strip():
            parts.append(f"<div>{_inline(row.strip(), lines, blocks)}</div>")
    return "".join(parts) + (f"<ul>{''.join(items)}</ul>" if items else "")


def _inline(row: str, lines: Mapping[str, str], blocks: Mapping[str, Callable[[], str]]) -> str:
    told = []
    for n, part in enumerate(template.split(row)):
        if n % 2 == 0:
            told.append(html.text(part))
        else:
            told.append(blocks[part]() if part in blocks else html.text(visible(lines.get(part, ""))))
    return "".join(told)
