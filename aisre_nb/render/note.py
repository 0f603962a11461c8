"""A line between the steps."""

from __future__ import annotations

from typing import Any

from aisre_nb.render import html

_MARKS = {"info": "", "warning": "⚠ ", "error": "✗ "}


def bundle(text: str, level: str = "info") -> dict[str, Any]:
    """``level``: info, warning or error; said by a mark, not by colour alone."""
    marked = _MARKS.get(level, "") + text
    kind = "dim" if level == "info" else "bad"
    lines = "<br>".join(html.span(line, kind) for line in marked.splitlines())
    return {"text/html": html.block(lines), "text/plain": marked}
