"""Two runs beside each other, as a table of steps and one of what they came to."""

from __future__ import annotations

from typing import Any

from aisre_nb.evidence.invisible import visible
from aisre_nb.record.branches import Comparison
from aisre_nb.render import html

_KINDS = {"same": ("=", "dim"), "changed": ("≠", "mark"), "only first": ("−", "bad"), "only second": ("+", "good")}
_LONGEST = 160


def bundle(found: Comparison) -> dict[str, Any]:
    """HTML and text."""
    parts = [f"<h3>{html.text('Two runs beside each other')}</h3>"]
    named = zip(("first", "second"), found.names, strict=True)
    parts += [f"<div>{html.span(which, 'dim')} {html.text(name)}</div>" for which, name in named]
    if found.fork:
        parts.append(f"<div>{html.span('the second leaves the first', 'dim')} {html.text(found.fork)}</div>")
    outcomes = [[html.text(what), html.text(a), _beside(a, b)] for what, a, b in found.outcomes if a or b]
    parts.append(html.table(["", "first", "second"], outcomes))
    steps = [
        [
            html.span(f"{_KINDS[pair.kind][0]} {pair.kind}", _KINDS[pair.kind][1]),
            html.code(_cut(pair.call)),
            html.text(_cut(pair.first)),
            html.text(_cut(pair.second) if pair.kind != "same" else "the same"),
        ]
        for pair in found.steps
    ]
    same = sum(pair.kind == "same" for pair in found.steps)
    title = f"<b>Steps</b>: {same} of {len(found.steps)} the same"
    parts.append(html.details(title, html.table(["", "call", "first", "second"], steps), open_=True))
    return {"text/html": html.block(*parts), "text/plain": plain(found)}


def plain(found: Comparison) -> str:
    """For a terminal."""
    lines = [f"first:  {found.names[0]}", f"second: {found.names[1]}"]
    lines += [f"the second leaves the first {found.fork}"] if found.fork else []
    lines += ["", *(_line(what, a, b) for what, a, b in found.outcomes if a or b), ""]
    for pair in found.steps:
        lines.append(f"{_KINDS[pair.kind][0]} {_cut(pair.call)}")
        if pair.kind != "same":
            lines += [f"    first:  {_cut(pair.first)}"] if pair.first else []
            lines += [f"    second: {_cut(pair.second)}"] if pair.second else []
    return visible("\n".join(lines))


def _line(what: str, a: str, b: str) -> str:
    return f"{what}: {a}" if a == b else f"{what}: {a or '–'} → {b or '–'}"


def _beside(a: str, b: str) -> str:
    return html.text(b) if a == b else f"<b>{html.text(b or '–')}</b>"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
