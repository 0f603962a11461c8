"""The report for a terminal, and as the object that a headless run prints."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import CheckedClaim, Report

MARKS = {"passed": "✓", "failed": "✗", "none": "·"}
HEADLINES = {"root_cause": "Root cause found", "no_fault": "No fault found", "inconclusive": "Inconclusive"}


def as_text(
    report: Report,
    evidence: Mapping[str, Evidence],
    usage: Mapping[str, float] | None = None,
    seconds: float | None = None,
) -> str:
    """What a person reads in a terminal, at most 100 columns."""
    lines = [
        report.question,
        "",
        HEADLINES[report.outcome] + (f" (partial: {report.partial})" if report.partial else ""),
    ]
    cause = report.root_cause
    if cause is not None:
        lines += _wrapped(cause.summary, "  ")
        named = {
            "service": ", ".join(cause.services),
            "change": cause.change,
            "where": cause.location,
            "kind": cause.kind,
        }
        lines += [f"  {name + ':':<9}{text}" for name, text in named.items() if text]
    if report.impact:
        lines += _wrapped(f"Impact: {report.impact}", "  ")
    lines += _section(
        "What supports it (✓ checked by code, ✗ failed, · not checkable)", [_claim(c) for c in report.claims]
    )
    lines += _section("Timeline", [f"{t.time}  {t.text} {_cited(t.evidence)}" for t in report.timeline])
    lines += _section("Considered", [f"{h.verdict}: {h.text} {_cited(h.evidence)}" for h in report.hypotheses])
    lines += _section("Not looked at, or open", report.gaps)
    lines += _section("Dropped, because it cited no evidence", report.dropped)
    lines += _section("Pull requests", [_request(p) for p in report.pull_requests])
    if seconds is not None:
        spent = f", {usage['cost_usd']:.2f} USD" if usage and usage.get("cost_usd") else ""
        lines += ["", f"{report.model}, {len(evidence) or 'its'} results, {seconds:.1f} s{spent}"]
    return "\n".join(line.rstrip() for line in lines)


def result_object(
    report: Report, steps: Sequence[Mapping[str, Any]], usage: Mapping[str, float], seconds: float, record: str
) -> dict[str, Any]:
    """The object that ``ask --json`` prints."""
    cause = report.root_cause
    return {
        "outcome": report.outcome,
        "root_cause": {
            "services": cause.services if cause and report.outcome == "root_cause" else [],
            "ranked": cause.ranked if cause else [],
            "kind": cause.kind if cause else "",
            "change": cause.change if cause else "",
            "location": cause.location if cause else "",
            "summary": cause.summary if cause else "",
        },
        "claims": [{"text": c.text, "evidence": c.evidence, "check": c.result} for c in report.claims],
        "hypotheses": [h.model_dump() for h in report.hypotheses],
        "gaps": report.gaps,
        "steps": [dict(step) for step in steps],
        "pull_requests": [
            {name: request.get(name) for name in ("kind", "title", "branch", "url", "files")}
            for request in report.pull_requests
        ],
        "usage": dict(usage),
        "seconds": round(seconds, 3),
        "record": record,
    }


def _claim(claim: CheckedClaim) -> str:
    detail = f" — struck out: {claim.detail}" if claim.result == "failed" else ""
    return f"{MARKS[claim.result]} {claim.text} {_cited(claim.evidence)}{detail}"


def _request(request: Mapping[str, Any]) -> str:
    return f"#{request.get('number')} {request.get('kind')}: {request.get('title')} (branch {request.get('branch')})"


def _cited(ids: Sequence[str]) -> str:
    return f"[{', '.join(ids)}]" if ids else ""


def _section(title: str, entries: Sequence[str]) -> list[str]:
    return ["", f"{title}:", *(line for entry in entries for line in _wrapped(entry, "  "))] if entries else []


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(" ".join(text.split()), 98, initial_indent=indent, subsequent_indent=indent + "  ")
