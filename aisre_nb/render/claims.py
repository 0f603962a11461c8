"""The claims, each with what it says marked on the picture of its evidence; and what else it could have been."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html
from aisre_nb.render.marked import marked
from aisre_nb.render.sentence import mark, sentence
from aisre_nb.report.report import CheckedClaim, CheckedHypothesis, Report


def supporting(report: Report, evidence: Mapping[str, Evidence]) -> str:
    """Those that must hold, and those that do not; the others to unfold."""
    if not report.claims:
        return ""
    numbered = list(enumerate(report.claims, 1))
    first = [(n, c) for n, c in numbered if c.essential or c.result == "failed"] or numbered
    rest = [(n, c) for n, c in numbered if (n, c) not in first]
    parts = ["<h4>What supports it</h4>", _table(first, evidence)]
    if rest:
        held = sum(c.result != "failed" for _, c in rest)
        parts.append(html.details(f"{held} more that hold, and are not needed for the proof", _table(rest, evidence)))
    return "".join(parts)


def considered(report: Report, evidence: Mapping[str, Evidence]) -> str:
    """Each hypothesis with its verdict, and what decided it."""
    if not report.hypotheses:
        return ""
    rows = [[html.text(h.verdict), _decided(h, evidence)] for h in report.hypotheses]
    counts = {v: sum(h.verdict == v for h in report.hypotheses) for v in ("supported", "refuted", "open")}
    said = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    title = f"<b>What was considered</b>: {html.text(said)}"
    return html.details(title, html.table(["verdict", "hypothesis"], rows), open_=not report.claims)


def _table(claims: Sequence[tuple[int, CheckedClaim]], evidence: Mapping[str, Evidence]) -> str:
    rows = [
        [
            f'<span id="aisre-claim-{n}">{n}</span>',
            mark(claim, words=True),
            sentence(claim, cited=False) + marked(claim, evidence),
            html.cited(claim.evidence).strip(),
        ]
        for n, claim in claims
    ]
    return html.table(["", "check", "claim", "evidence"], rows)


def _decided(hypothesis: CheckedHypothesis, evidence: Mapping[str, Evidence]) -> str:
    return sentence(hypothesis) + marked(hypothesis, evidence)
