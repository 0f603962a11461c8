"""The postmortem as one HTML file that opens with the network off: it fetches nothing, and runs our script alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render import html
from aisre_nb.render.postmortem import wording
from aisre_nb.render.postmortem.body import Links, blocks, sections
from aisre_nb.render.postmortem.exhibit import Drawing, exhibit
from aisre_nb.render.postmortem.house import as_html
from aisre_nb.render.postmortem.shown import SIZES, Size
from aisre_nb.render.postmortem.template import lines, split
from aisre_nb.report.postmortem.document import Postmortem, Sentence

LIMIT = 8_000_000
"""Bytes of a page."""
_LEAD = "<!--lead-->"
"""Where the first plot goes. No text of a record can hold it: theirs are escaped."""
_BACK = re.compile(r'<a href="#([a-z]\d+)">\1</a>')
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%-]{1,2000}")


def page(
    found: Postmortem, evidence: Mapping[str, Evidence], redactor: Redactor, house: str = "", limit: int = LIMIT
) -> str:
    """The whole file, as large as fits below ``limit``. Raises `UsageError` where not even the least does.

    ``house``: the text of the house's template; empty for our own order.
    """
    for size in SIZES:
        made = _page(found, evidence, redactor, size, house)
        if len(made.encode("utf-8")) <= limit:
            return made
    raise UsageError(f"the page does not fit in {limit} bytes", "write it as Markdown: --markdown FILE")


class _Places(Links):
    """Citations lead to the claim in the list of its evidence, above the plot; names are given once."""

    def __init__(self, found: Postmortem, shown: set[str]) -> None:
        self._shown = shown
        self._listed = {(number, one.key) for number in shown for one in found.resting_on(number)}
        self.named: set[str] = set()
        """Sentences that have a place."""

    def cited(self, sentence: Sentence) -> str:
        links = []
        for number in sentence.evidence:
            place = f"{number}-{sentence.key}" if (number, sentence.key) in self._listed else number
            known = number in self._shown
            links.append(f'<a href="#{html.text(place)}">{html.text(number)}</a>' if known else html.text(number))
        return f" [{', '.join(links)}]" if links else ""

    def name(self, key: str) -> str:
        if not key or key in self.named:
            return ""
        self.named.add(key)
        return f' id="{html.text(key)}"'

    def sentence(self, key: str) -> str:
        return f'<a href="#{html.text(key)}">{html.text(key)}</a>'

    def address(self, link: str) -> str:
        if not _ADDRESS.fullmatch(link):
            return html.code(link)
        return f'<a href="{html.text(link)}" rel="noopener noreferrer nofollow">{html.text(link)}</a>'


def _page(found: Postmortem, evidence: Mapping[str, Evidence], redactor: Redactor, size: Size, house: str) -> str:
    listed = [one for one in found.exhibits if one.id in evidence][: size.entries]
    links = _Places(found, {one.id for one in listed})
    # Before the evidence: the first place of a sentence is where its claims lead back to.
    body = _ours(found, links, size) if not house else _of_house(house, found, links, size)
    drawings: dict[str, Drawing] = {}
    figures: dict[str, Any] = {}
    for one in listed:
        draw = len(figures) < size.figures
        drawings[one.id] = exhibit(found, one, evidence[one.id], size, redactor, links, draw=draw)
        if drawings[one.id].figure:
            figures[one.id] = drawings[one.id].figure
    lead = next((n for one in found.impact for n in one.evidence if n in figures and _LEAD in body), None)
    body = body.replace(_LEAD, drawings[lead].html if lead else "", 1)
    rest = "".join(drawing.html for number, drawing in drawings.items() if number != lead)
    if listed:
        body += f'<section id="evidence"><h2>Evidence</h2>{rest}</section>'
    if size.left_out():
        body += f'<p class="note">{html.text(size.left_out())}</p>'
    # A template may leave out the part where a sentence stands: nothing leads there then.
    body = _BACK.sub(lambda link: link[0] if link[1] in links.named else link[1], body)
    return _document(visible(found.title), body, figures)


def _ours(found: Postmortem, links: Links, size: Size) -> str:
    body = sections(found, links, size.entries)
    parts = [_head(found), _contents([(s.name, s.title) for s in body], bool(found.exhibits))]
    for section in body:
        inner = f"<h2>{html.text(section.title)}</h2>{_block(section.html)}"
        parts.append(f'<section id="{section.name}">{inner}</section>')
        if section.name == "impact":
            parts.append(_LEAD)
    return "".join(parts)


def _of_house(house: str, found: Postmortem, links: Links, size: Size) -> str:
    made = blocks(found, links, size.entries)
    told = {name: _framed(write) for name, write in made.items()}
    told["impact"] = lambda: _block(made["impact"]()) + _LEAD
    told["facts"] = lambda: _facts(found)
    # It stands at the end in any case, for citations lead to it.
    told["evidence"] = lambda: '<div class="note"><a href="#evidence">below</a></div>' if found.exhibits else ""
    body = as_html(house, lines(found), told, lambda level, title: f"<h{min(level, 4)}>{title}</h{min(level, 4)}>")
    return body if "title" in split(house)[1::2] else _head(found) + body


def _framed(write: Callable[[], str]) -> Callable[[], str]:
    return lambda: _block(write())


def _block(inner: str) -> str:
    return f'<div class="aisre">{inner}</div>'


def _head(found: Postmortem) -> str:
    good = found.status in ("resolved", "no fault")
    badge = f'<span class="status status-{"good" if good else "open"}">{html.text(found.status)}</span>'
    return f"<h1>{html.text(visible(found.title))}</h1>{badge}{_facts(found)}"


def _facts(found: Postmortem) -> str:
    rows = "".join(f"<dt>{html.text(name)}</dt><dd>{html.text(value)}</dd>" for name, value in wording.facts(found))
    return f'<dl class="facts">{rows}</dl>'


def _contents(titles: list[tuple[str, str]], appendix: bool) -> str:
    told = [*titles, *([("evidence", "Evidence")] if appendix else [])]
    links = "".join(f'<a href="#{name}">{html.text(title)}</a>' for name, title in told)
    return f"<nav>{links}</nav>"


def _document(title: str, body: str, figures: Mapping[str, Any]) -> str:
    scripts = []
    data = ""
    if figures:
        from plotly.offline import get_plotlyjs

        scripts = [get_plotlyjs().replace("</script", "<\\/script"), _read("page.js")]
        data = f'<script type="application/json" id="figures">{_json(figures)}</script>'
    allowed = " ".join(f"'sha256-{_hash(script)}'" for script in scripts) or "'none'"
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="generator" content="aisre-nb">'
        f"<title>{html.text(title)}</title>{html.STYLE}<style>{_read('page.css')}</style></head>"
        f"<body><main>{body}</main>{data}{''.join(f'<script>{script}</script>' for script in scripts)}</body></html>\n"
    )


def _json(value: Any) -> str:
    """JSON that cannot end its script, nor begin a comment in it, whatever its texts are."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()


def _read(name: str) -> str:
    return files("aisre_nb.render.postmortem").joinpath(name).read_text(encoding="utf-8")
