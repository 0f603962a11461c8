"""The report: the answer on one screen, then what it rests on, to unfold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import html
from aisre_nb.render.claims import considered, supporting
from aisre_nb.render.rests_on import rests_on
from aisre_nb.render.sentence import mark, sentence
from aisre_nb.report.report import Report
from aisre_nb.report.text import as_text
from aisre_nb.report.words import headline


def bundle(
    report: Report, evidence: Mapping[str, Evidence], usage: Mapping[str, float], seconds: float
) -> dict[str, Any]:
    """HTML and text."""
    money = f", {usage['cost_usd']:.2f} USD" if usage.get("cost_usd") else ""
    spent = html.span(f"{report.model}, {len(evidence)} results, {seconds:.1f} s{money}", "dim")
    parts = [
        _answer(report),
        _pull_requests(report),
        supporting(report, evidence),
        considered(report, evidence),
        _timeline(report),
        _list("Not looked at, or open", report.gaps),
        _list("Dropped: no evidence holds it", report.dropped),
        _how_sure(report),
        rests_on(report, evidence),
        f"<div>{spent}</div>",
    ]
    return {"text/html": html.block(*parts), "text/plain": as_text(report, evidence, usage, seconds)}


def _answer(report: Report) -> str:
    """What happened, how sure that is, whom it hurt, what mends it."""
    cause = report.root_cause
    parts = [f"<h3>{html.text(headline(report))}</h3>"]
    if report.partial:
        parts.append(f"<div>{html.span(f'⚠ partial: {report.partial}', 'bad')}</div>")
    if cause is not None:
        said = f"<del>{html.text(cause.summary)}</del>" if report.against else html.text(cause.summary)
        unproved = html.span("most likely, and not proved: ", "dim") if report.outcome != "root_cause" else ""
        parts.append(f"<div>{unproved}<b>{said}</b>{html.cited(cause.evidence)}</div>")
        named = {
            "service": ", ".join(cause.services),
            "change": cause.change,
            "where": cause.location,
            "kind": cause.kind,
        }
        facts = [f"{html.span(k, 'dim')} {html.text(v)}" for k, v in named.items() if v]
        parts.append(f"<div>{' · '.join(facts)}</div>")
    parts += [f"<div>{html.span(f'✗ against it: {one}', 'bad')}</div>" for one in report.against]
    if report.proof:
        shown = [_obligation(one.closed, one.name, one.detail, one.claims) for one in report.proof]
        parts.append(f"<div>{html.span('proof', 'dim')} {' '.join(shown)}</div>")
    for title, sentences in (("impact", report.impact), ("contributing", report.contributing)):
        parts += [f"<div>{html.span(title, 'dim')} {mark(one)} {sentence(one)}</div>" for one in sentences]
    parts += [f"<div>{html.span('remedy', 'dim')} {sentence(one)}</div>" for one in report.remediation]
    return "".join(parts)


def _obligation(closed: bool, name: str, detail: str, claims: list[int]) -> str:
    if not closed:
        return html.span(f"✗ {name} open: {detail}", "bad")
    links = ", ".join(f'<a href="#aisre-claim-{n + 1}">{n + 1}</a>' for n in claims)
    return html.span(f"✓ {name}", "good") + (f" ({links})" if links else "")


def _pull_requests(report: Report) -> str:
    if not report.pull_requests:
        return ""
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
    return "<h4>Pull requests</h4>" + html.table(["", "kind", "title", "branch", "files", "state"], rows)


def _timeline(report: Report) -> str:
    if not report.timeline:
        return ""
    rows = [
        [html.code(_clock(one.time)), html.text(one.kind if one.kind != "other" else ""), sentence(one)]
        for one in report.timeline
    ]
    title = f"<b>Timeline</b>, {len(rows)} events"
    return html.details(title, html.table(["time, UTC", "event", "what"], rows))


def _how_sure(report: Report) -> str:
    if not report.grounds:
        return ""
    rows = [[html.text(g.name), f"{g.share * 100:.0f} %", html.text(g.detail)] for g in report.grounds]
    sure = f"{(report.confidence or 0) * 100:.0f} %"
    return html.details(f"<b>How sure</b>, {sure}, computed from", html.table(["part", "share", "of"], rows, ["share"]))


def _clock(time: str) -> str:
    return time[:19].replace("T", " ") if len(time) >= 19 else time


def _list(title: str, entries: list[str]) -> str:
    if not entries:
        return ""
    return f"<h4>{html.text(title)}</h4><ul>{''.join(f'<li>{html.text(e)}</li>' for e in entries)}</ul>"
