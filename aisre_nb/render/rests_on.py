"""Each evidence that is cited, with the claims that rest on it: the way back from a plot to the words."""

from __future__ import annotations

from collections.abc import Mapping

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html
from aisre_nb.report.report import Report


def resting(report: Report, number: str) -> list[int]:
    """The numbers of the claims that cite an evidence, from 1."""
    return [n for n, claim in enumerate(report.claims, 1) if number in claim.evidence]


def rests_on(report: Report, evidence: Mapping[str, Evidence]) -> str:
    """To unfold; empty where nothing is cited."""
    rows = []
    for number, one in evidence.items():
        claims = resting(report, number)
        if claims:
            rows.append([html.anchor(number), html.text(one.title), html.text(one.summary), links(claims)])
    if not rows:
        return ""
    title = f"<b>Evidence</b>, {len(rows)} results, and the claims that rest on each"
    return html.details(title, html.table(["", "what", "says", "claims"], rows))


def links(claims: list[int]) -> str:
    """To the claims, by their numbers."""
    return ", ".join(f'<a href="#aisre-claim-{n}">{n}</a>' for n in claims)
