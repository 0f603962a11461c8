"""Each evidence that is cited, with the claims that rest on it: the way back from a plot to the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html, marks
from aisre_nb.report.report import Report


@dataclass(frozen=True)
class Resting:
    """A claim that cites an evidence."""

    n: int
    """Its number, from 1."""
    mark: marks.Mark | None = None
    """What it says, as a place on the picture."""


def resting(report: Report, evidence: Evidence) -> tuple[Resting, ...]:
    """The claims that cite an evidence."""
    return tuple(
        Resting(n, marks.of(claim, evidence))
        for n, claim in enumerate(report.claims, 1)
        if evidence.id in claim.evidence
    )


def rests_on(report: Report, evidence: Mapping[str, Evidence]) -> str:
    """To unfold; empty where nothing is cited."""
    rows = []
    for number, one in evidence.items():
        claims = [n for n, claim in enumerate(report.claims, 1) if number in claim.evidence]
        if claims:
            rows.append([html.anchor(number), html.text(one.title), html.text(one.summary), links(claims)])
    if not rows:
        return ""
    title = f"<b>Evidence</b>, {len(rows)} results, and the claims that rest on each"
    return html.details(title, html.table(["", "what", "says", "claims"], rows))


def links(claims: list[int]) -> str:
    """To the claims, by their numbers."""
    return ", ".join(f'<a href="#aisre-claim-{n}">{n}</a>' for n in claims)
