"""A change before it is decided on, for a card, a record and a terminal."""

from __future__ import annotations

from aisre_nb.evidence.change import ChangeView
from aisre_nb.render import html
from aisre_nb.render.diff import lines


def html_of(view: ChangeView) -> str:
    """Title, what it touches, the text, what it changes from and to, and each file's diff."""
    head = f"<div><b>{html.text(view.title)}</b> {html.span(view.scope, 'dim')}</div>"
    body = html.details("text", html.pre(view.body)) if view.body else ""
    cells = [[html.text(cell) for cell in row] for row in view.rows]
    rows = html.table(("what", "before", "after"), cells) if cells else ""
    return head + body + rows + "".join(f"<div>{html.code(f.path)}</div>{lines(f.diff)}" for f in view.files)


def text(view: ChangeView) -> str:
    """The same for a terminal."""
    parts = [view.title, view.scope, "", view.body.strip(), ""]
    parts += [f"{what}: {before} → {after}" for what, before, after in view.rows]
    return "\n".join([*parts, *(f.diff.rstrip() for f in view.files)]).strip()
