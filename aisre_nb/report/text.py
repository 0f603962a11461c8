"""The report for a terminal, and as the object that a headless run prints."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.invisible import visible
from aisre_nb.report.report import CheckedClaim, CheckedEntry, CheckedHypothesis, CheckedRemedy, Report, RootCause
from aisre_nb.report.words import MARKS, headline, obligation

_WIDTH = 100


def as_text(
    report: Report,
    evidence: Mapping[str, Evidence],
    usage: Mapping[str, float] | None = None,
    seconds: float | None = None,
) -> str:
    """What a person reads in a terminal, at most 100 columns wide; without ANSI sequences, whoever wrote it."""
    lines = [*_wrapped(report.question, ""), ""]
    lines += _wrapped(headline(report) + (f" (partial: {report.partial})" if report.partial else ""), "")
    if report.root_cause is not None:
        lines += _cause(report.root_cause, report.outcome == "root_cause", bool(report.against))
    lines += _section("Against it", report.against)
    lines += _section("Proof", map(obligation, report.proof))
    lines += _section("Impact", map(_claim, report.impact))
    lines += _section("Contributing", map(_claim, report.contributing))
    legend = "✓ checked by code, ✗ failed, · found in its evidence"
    lines += _section(f"What supports it ({legend})", map(_claim, report.claims))
    lines += _section("Remedy", map(_said, report.remediation))
    lines += _section("Timeline", (f"{t.time}  {_said(t)}" for t in report.timeline))
    lines += _section("Considered", (f"{h.verdict}: {_said(h)}" for h in report.hypotheses))
    lines += _section("Not looked at, or open", report.gaps)
    lines += _section("Dropped, because no evidence holds it", report.dropped)
    lines += _section("Pull requests", map(_request, report.pull_requests))
    if any(claim.evidence for claim in report.claims) and evidence:
        cited = {one for claim in report.claims for one in claim.evidence}
        lines += _section("Evidence", (f"{e.id}  {e.title}" for e in evidence.values() if e.id in cited))
    spent = _spent(report.model, usage or {}, seconds)
    return "\n".join([*lines, "", spent] if spent else lines)


def result_object(
    report: Report, steps: Sequence[Mapping[str, Any]], usage: Mapping[str, float], seconds: float, record: str
) -> dict[str, Any]:
    """The object that ``ask --json`` prints."""
    cause = report.root_cause or RootCause(services=[], summary="")
    return {
        "outcome": report.outcome,
        "root_cause": {
            "services": cause.services if report.outcome == "root_cause" else [],
            "ranked": cause.ranked,
            "kind": cause.kind,
            "change": cause.change,
            "location": cause.location,
            "summary": cause.summary,
        },
        "claims": [{"text": c.text, "evidence": c.evidence, "check": c.result} for c in report.claims],
        "hypotheses": [h.model_dump(include={"text", "verdict", "evidence"}) for h in report.hypotheses],
        "gaps": report.gaps,
        "confidence": report.confidence,
        "proof": {one.name: one.closed for one in report.proof},
        "steps": [dict(step) for step in steps],
        "pull_requests": [
            {name: request.get(name) for name in ("kind", "title", "branch", "url", "files")}
            for request in report.pull_requests
        ],
        "model": report.model,
        "usage": {name: usage.get(name, 0) for name in ("input_tokens", "output_tokens", "cost_usd", "turns")}
        | {name: usage[name] for name in ("estimated_tokens",) if name in usage},
        "seconds": round(seconds, 3),
        "record": record,
    }


def _cause(cause: RootCause, shown: bool, struck: bool) -> list[str]:
    summary = cause.summary if shown else f"Most likely, and not proved: {cause.summary}"
    summary = f"struck out: {summary}" if struck else summary
    named = {
        "service": ", ".join(cause.services),
        "change": cause.change,
        "where": cause.location,
        "kind": cause.kind,
    }
    lines = _wrapped(summary, "  ")
    return lines + [line for name, text in named.items() if text for line in _wrapped(f"{name}: {text}", "  ")]


def _claim(claim: CheckedClaim) -> str:
    return f"{MARKS[claim.result]} {_said(claim)}"


def _said(one: CheckedClaim | CheckedEntry | CheckedHypothesis | CheckedRemedy) -> str:
    detail = f" — struck out: {one.detail}" if one.result == "failed" else ""
    return f"{one.text} {_cited(one.evidence)}{detail}"


def _request(request: Mapping[str, Any]) -> str:
    number = f"#{request['number']} " if request.get("number") is not None else ""
    url = str(request.get("url") or "")
    # A local remote's address is a path of one machine, and of no use to whoever reads the notebook elsewhere.
    where = url if url.startswith("http") else request.get("branch") or ""
    return f"{number}{request.get('kind', '')}: {request.get('title', '')}" + (f" ({where})" if where else "")


def _cited(ids: Sequence[str]) -> str:
    return f"[{', '.join(ids)}]" if ids else ""


def _spent(model: str, usage: Mapping[str, float], seconds: float | None) -> str:
    parts = [
        model,
        f"{usage['turns']:g} turns" if usage.get("turns") else "",
        f"{seconds:.1f} s" if seconds is not None else "",
        f"{usage['cost_usd']:.2f} USD" if usage.get("cost_usd") else "",
    ]
    return visible(", ".join(part for part in parts if part))


def _section(title: str, entries: Iterable[str]) -> list[str]:
    lines = [line for entry in entries for line in _wrapped(entry, "  ")]
    return ["", f"{title}:", *lines] if lines else []


def _wrapped(text: str, indent: str) -> list[str]:
    # A long path or address stays whole: it is there to be copied.
    return textwrap.wrap(
        " ".join(visible(text).split()),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  " if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
