"""The postmortem in a cell: one output, then the figures of what it cites with the claims marked on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render import html
from aisre_nb.render.postmortem import wording
from aisre_nb.render.postmortem.body import blocks, sections
from aisre_nb.render.postmortem.house import as_html
from aisre_nb.render.postmortem.shown import Size, drawn
from aisre_nb.render.postmortem.template import lines
from aisre_nb.report.postmortem.document import TO_FILL_IN, Postmortem, Sentence

_FOLDED = ("how_found", "considered", "then_and_now")
_FIGURES = 6


def bundles(
    found: Postmortem, evidence: Mapping[str, Evidence], redactor: Redactor, house: str = ""
) -> Iterator[dict[str, Any]]:
    """What Jupyter draws. ``house``: the text of the house's template; empty for our own order."""
    yield {"text/html": _of_house(found, house) if house else _html(found), "text/plain": plain(found)}
    drawn_so_far = 0
    for number in found.cited:
        if number not in evidence or drawn_so_far == _FIGURES:
            continue
        figure, _ = drawn(found, evidence[number], Size(), redactor)
        if figure is not None:
            drawn_so_far += 1
            one = evidence[number]
            title = f"{html.text(number)} {html.text(visible(one.title))}"
            text = f"{number} {visible(one.title)}: {visible(one.summary)}"
            yield {"text/html": html.block(f"<div><b>{title}</b></div>"), "text/plain": text}
            yield figure


def _of_house(found: Postmortem, house: str) -> str:
    told = {**blocks(found), "facts": lambda: _facts(found), "evidence": lambda: _appendix(found)}
    return html.block(as_html(house, lines(found), told, lambda level, title: _heading(3 if level < 2 else 4, title)))


def _heading(level: int, title: str) -> str:
    return f"<h{level}>{title}</h{level}>"


def _facts(found: Postmortem) -> str:
    return html.table(["", ""], [[html.span(name, "dim"), html.text(value)] for name, value in wording.facts(found)])


def _html(found: Postmortem) -> str:
    parts = [f"<h3>{html.text(visible(found.title))}</h3>", _facts(found)]
    for section in sections(found):
        if section.name in _FOLDED:
            parts.append(html.details(f"<b>{html.text(section.title)}</b>", section.html))
        else:
            parts.append(f"<h4>{html.text(section.title)}</h4>{section.html}")
    parts.append(html.details("<b>Evidence</b>", _appendix(found)))
    return html.block(*parts)


def _appendix(found: Postmortem) -> str:
    rows = [
        [
            html.anchor(one.id),
            html.text(visible(one.title)),
            html.text(visible(one.source)),
            html.text(wording.window(one)),
            html.text(wording.fetched(one)),
            html.code(one.digest[:12]),
        ]
        for one in found.exhibits
    ]
    return html.table(["", "what", "source", "window", "fetched", "digest"], rows)


def plain(found: Postmortem) -> str:
    """The most important of it, for a terminal."""
    lines = [visible(found.title), ""]
    lines += [f"{name}: {value}" for name, value in wording.facts(found)]
    for title, sentences in (
        ("Impact", found.impact),
        ("Root cause", found.root_cause),
        ("Contributing factors", found.contributing),
    ):
        lines += ["", f"{title}:", *([_line(one) for one in sentences] or [f"  {wording.NONE}"])]
    lines += ["", "Timeline:"]
    lines += [
        f"  {m.at:%H:%M:%S} {wording.minutes(m.minutes):>6}  {m.kind:<9} {_line(m.sentence).strip()}"
        for m in found.timeline
    ]
    lines += ["", "Actions:"]
    lines += [f"  {_flat(a.what)} (owner {TO_FILL_IN}, due {TO_FILL_IN})" for a in found.actions]
    return "\n".join(lines)


def _line(one: Sentence) -> str:
    cited = f" [{', '.join(one.evidence)}]" if one.evidence else ""
    struck = f" (struck out: {_flat(one.detail)})" if one.result == "failed" else ""
    return f"  {_flat(one.text)}{cited}{struck}"


def _flat(text: str) -> str:
    return " ".join(visible(text).split())
