"""To unfold beneath a claim: the picture or the rows of its evidence, with what the claim says marked on it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html, marks
from aisre_nb.render.picture import picture
from aisre_nb.render.tables import some_rows

_ROWS = 5


def marked(claim: marks.Sentence, evidence: Mapping[str, Evidence]) -> str:
    """Empty where the claim's check has no place on a picture and picks no rows."""
    check = claim.check
    one = evidence.get(check.evidence) if check is not None else None
    if one is None:
        return ""
    found = marks.of(claim, one)
    if found is None:
        return ""
    drawn = picture(one, [found])
    if drawn is None:
        rows = some_rows(one, found.rows[:_ROWS])
        return html.details(f"{html.text(one.id)}, the rows", rows) if rows else ""
    return html.details(f"{html.text(one.id)}, marked", image(drawn, f"{one.id} {one.title}: {claim.text}"))


def image(svg: str, alt: str) -> str:
    """A picture within the page: it fetches nothing, and runs nothing."""
    data = b64encode(svg.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{html.text(alt)}">'
