"""One evidence on the page: the claims that rest on it, its plot or table, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render import html
from aisre_nb.render.postmortem import wording
from aisre_nb.render.postmortem.body import Links
from aisre_nb.render.postmortem.shown import Size, drawn, reduced
from aisre_nb.render.step import table
from aisre_nb.report.postmortem.document import Exhibit, Postmortem, Sentence


@dataclass(frozen=True)
class Drawing:
    """HTML, and the figure that the page's script makes alive."""

    html: str
    figure: dict[str, Any] | None = None


def exhibit(
    found: Postmortem,
    one: Exhibit,
    evidence: Evidence,
    size: Size,
    redactor: Redactor,
    links: Links,
    *,
    draw: bool = True,
) -> Drawing:
    """Everything of one evidence."""
    number = html.text(one.id)
    resting = found.resting_on(one.id)
    bundle, marked = drawn(found, evidence, size, redactor) if draw else (None, [])
    figure = None
    shown = ""
    if bundle is not None:
        told = bundle["application/vnd.plotly.v1+json"]
        figure = {**told, "claims": [sentence.key for sentence in marked]}
        shown = f'<div class="plot" id="plot-{number}">{bundle["image/svg+xml"]}</div>'
    elif size.rows:
        body = table(reduced(evidence, size, redactor))
        shown = f'<div class="aisre">{body}</div>' if body else ""
    head = f"<h3>{number} {html.text(visible(one.title))}</h3><div>{html.text(visible(one.summary))}</div>"
    text = f'<div class="exhibit" id="{number}">{head}{_claims(one.id, resting)}{shown}{_source(one, links)}</div>'
    return Drawing(text, figure)


def _claims(number: str, resting: list[Sentence]) -> str:
    if not resting:
        return ""
    items = "".join(
        f'<li id="{html.text(number)}-{html.text(one.key)}"><a href="#{html.text(one.key)}">{html.text(one.key)}</a> '
        f"{_text(one)}</li>"
        for one in resting
    )
    return f'<div class="note">What rests on it:</div><ul class="claims">{items}</ul>'


def _text(one: Sentence) -> str:
    said = html.text(visible(one.text))
    return f"<del>{said}</del>" if one.result == "failed" else said


def _source(one: Exhibit, links: Links) -> str:
    told = [
        ("source", html.text(visible(one.source))),
        ("window", html.text(wording.window(one))),
        ("fetched", html.text(wording.fetched(one))),
        ("tool", html.text(visible(one.tool))),
        ("query", html.pre(visible(one.query[:4000])) if one.query else ""),
        ("link", links.address(one.link) if one.link else ""),
        ("digest", html.code(one.digest) if one.digest else ""),
    ]
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in told if value)
    return html.details("where it came from", f'<dl class="source">{rows}</dl>')
