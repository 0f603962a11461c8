"""The report: the answer on one screen, then what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html
from aisre_nb.report.report import CheckedClaim, Report
from aisre_nb.report.text import HEADLINES, MARKS, as_text

_RESULTS = {"passed": "checked by code", "failed": "failed its check", "none": "not checkable"}


def bundle(
    report: Report, evidence: Mapping[str, Evidence], usage: Mapping[str, float], seconds: float
) -> dict[str, Any]:
    """HTML and text."""
    cause = report.root_cause
    parts = [f"<h3>{html.text(HEADLINES[report.outcome])}</h3>"]
    if report.partial:
        parts.append(f"<div>{html.span(f'⚠ partial: {report.partial}', 'bad')}</div>")
    if cause is not None:
        parts.append(f"<div><b>{html.text(cause.summary)}</b></div>")
        named = {
            "service": ", ".join(cause.services),
            "change": cause.change,
            "where": cause.location,
            "kind": cause.kind,
        }
        facts = [f"{html.span(k, 'dim')} {html.text(v)}" for k, v in named.items() if v]
        parts.append(f"<div>{' · '.join(facts)}</div>")
    if report.impact:
        parts += [
            f"<div>{html.span('impact', 'dim')} {_claim(one)}{html.cited(one.evidence)}</div>" for one in report.impact
        ]
    if report.pull_requests:
        rows = [
            [
                f"#{html.text(p.get('number'))}",
                html.text(p.get("kind")),
                html.text(p.get("title")),
                html.code(p.get("branch")),
                html.text(", ".join(p.get("files") or ())),
                html.text(p.get("state")),
            ]
            for p in report.pull_requests
        ]
        parts.append("<h4>Pull requests</h4>" + html.table(["", "kind", "title", "branch", "files", "state"], rows))
    if report.claims:
        rows = [[_mark(c), _claim(c), html.cited(c.evidence).strip()] for c in report.claims]
        parts.append("<h4>What supports it</h4>" + html.table(["check", "claim", "evidence"], rows))
    if report.hypotheses:
        rows = [[html.text(h.verdict), html.text(h.text), html.cited(h.evidence).strip()] for h in report.hypotheses]
        parts.append("<h4>What was considered</h4>" + html.table(["verdict", "hypothesis", "evidence"], rows))
    if report.timeline:
        rows = [[html.code(_clock(t.time)), html.text(t.text), html.cited(t.evidence).strip()] for t in report.timeline]
        parts.append(html.details("<b>Timeline</b>", html.table(["time, UTC", "what", "evidence"], rows), open_=True))
    parts.append(_list("Not looked at, or open", report.gaps))
    parts.append(_list("Dropped: cited no evidence", report.dropped))
    money = f", {usage['cost_usd']:.2f} USD" if usage.get("cost_usd") else ""
    parts.append(f"<div>{html.span(f'{report.model}, {len(evidence)} results, {seconds:.1f} s{money}', 'dim')}</div>")
    return {"text/html": html.block(*parts), "text/plain": as_text(report, evidence, usage, seconds)}


def _mark(claim: CheckedClaim) -> str:
    kind = {"passed": "good", "failed": "bad", "none": "dim"}[claim.result]
    return html.span(f"{MARKS[claim.result]} {_RESULTS[claim.result]}", kind)


def _claim(claim: CheckedClaim) -> str:
    if claim.result == "failed":
        return f"<del>{html.text(claim.text)}</del> {html.span(claim.detail, 'bad')}"
    return html.text(claim.text)


def _clock(time: str) -> str:
    return time[:19].replace("T", " ") if len(time) >= 19 else time


def _list(title: str, entries: list[str]) -> str:
    if not entries:
        return ""
    return f"<h4>{html.text(title)}</h4><ul>{''.join(f'<li>{html.text(e)}</li>' for e in entries)}</ul>"
