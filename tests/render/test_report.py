"""The report: struck claims are struck, everything foreign is text."""

from __future__ import annotations

import re

from aisre_nb.render.note import bundle as note
from aisre_nb.render.report import bundle
from aisre_nb.report.report import CheckedClaim, CheckedEntry, CheckedHypothesis, Report, RootCause


def _report(text: str) -> Report:
    return Report(
        question=text,
        outcome="root_cause",
        root_cause=RootCause(services=[text], summary=text, change=text, location=text),
        claims=[
            CheckedClaim(text=text, evidence=["E1"], result="passed"),
            CheckedClaim(text="nine rows", evidence=["E2"], result="failed", detail="rows is 3, not 9"),
        ],
        hypotheses=[CheckedHypothesis(text=text, verdict="refuted", evidence=["E1"])],
        timeline=[CheckedEntry(time="2026-03-01T10:00:00Z", text=text, evidence=["E1"])],
        gaps=[text],
        dropped=[text],
        pull_requests=[{"number": 1, "kind": "fix", "title": text, "branch": text, "files": [text], "state": text}],
        model=text,
    )


def test_a_failed_claim_is_struck_and_says_what_contradicts_it() -> None:
    html = bundle(_report("x"), {}, {}, 1.0)["text/html"]
    assert "<del>nine rows</del>" in html and "rows is 3, not 9" in html
    assert "failed its check" in re.sub(r"<[^>]+>", "", html)


def test_citations_link_to_the_steps() -> None:
    assert 'href="#aisre-E1"' in bundle(_report("x"), {}, {}, 1.0)["text/html"]


def test_nothing_foreign_is_live(hostile: str) -> None:
    html = bundle(_report(hostile), {}, {}, 1.0)["text/html"] + note(hostile, "error")["text/html"]
    assert "<script" not in html and "<img" not in html and "onerror=alert(1)>" not in html


def test_the_text_says_the_same() -> None:
    text = bundle(_report("x"), {}, {"cost_usd": 0.5}, 1.0)["text/plain"]
    assert "✗" in text and "nine rows" in text and "0.50 USD" in text
