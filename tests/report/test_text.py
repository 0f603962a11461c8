"""The report as text and as the object of a headless run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.report import Report
from aisre_nb.report.text import as_text, result_object

CAUSE = {"services": ["orders"], "ranked": ["orders", "mail"], "kind": "code", "change": "orders 0.1.0 → 0.2.0",
         "location": "a.py:41", "summary": "total is used before it is set."}  # fmt: skip
PULL = {
    "number": 2,
    "kind": "fix",
    "title": "Initialise total",
    "branch": "aisre/fix",
    "url": None,
    "files": ["a.py"],
    "x": 1,
}


def _report(**changed: Any) -> Report:
    whole = {
        "question": "Why?",
        "outcome": "root_cause",
        "root_cause": CAUSE,
        "claims": [
            {"text": "Errors rose.", "evidence": ["E1"], "result": "passed"},
            {"text": "Nine rows.", "evidence": ["E2"], "result": "failed", "detail": "rows is 3, not 9"},
            {"text": "It is so.", "evidence": ["E1"]},
        ],
        "hypotheses": [{"text": "The disk is full.", "verdict": "refuted", "evidence": ["E2"]}],
        "timeline": [{"time": "2026-11-23T10:00:00Z", "text": "deployed", "evidence": ["E2"]}],
        "gaps": ["No traces."],
        "impact": "One in eight requests failed.",
        "pull_requests": [PULL],
        "dropped": ["The moon did it."],
        "model": "builtin",
    }
    return Report.model_validate({**whole, **changed})


def test_everything_that_a_reader_needs_is_in_the_text(known: dict[str, Evidence]) -> None:
    text = as_text(_report(), known, {"cost_usd": 0.5, "turns": 3}, 12.34)
    for part in (
        "Root cause found", "total is used before it is set.", "service: orders", "change: orders 0.1.0 → 0.2.0",
        "where: a.py:41", "✓ Errors rose. [E1]", "✗ Nine rows. [E2] — struck out: rows is 3, not 9",
        "· It is so. [E1]", "2026-11-23T10:00:00Z deployed [E2]", "refuted: The disk is full. [E2]", "No traces.",
        "The moon did it.", "#2 fix: Initialise total (aisre/fix)", "One in eight", "E1 title",
        "builtin, 3 turns, 12.3 s, 0.50 USD",
    ):  # fmt: skip
        assert part in text, part


def test_a_text_for_a_terminal_is_narrow_and_cannot_steer_it() -> None:
    evil = "\x1b]0;owned\x07\x1b[2J" + "word " * 60
    text = as_text(_report(question=evil, gaps=[evil], impact=evil, partial=evil), {}, None, None)
    assert "\x1b" not in text and "owned" not in text and max(map(len, text.splitlines())) <= 100


def test_an_empty_report_is_a_short_text() -> None:
    report = Report(question="Why?", outcome="inconclusive", partial="the limit of 2 steps is reached")
    assert as_text(report, {}) == "Why?\n\nInconclusive (partial: the limit of 2 steps is reached)"


def test_a_cause_that_is_not_proved_says_so() -> None:
    assert "not proved: total" in as_text(_report(outcome="inconclusive"), {})


def test_the_object_of_a_headless_run_has_the_keys_that_are_documented() -> None:
    steps = [
        {"n": 1, "tool": "t", "arguments": {}, "effect": "read", "decision": None, "evidence": "E1", "seconds": 0.1}
    ]
    usage = {"input_tokens": 1, "output_tokens": 2, "cost_usd": 0.0, "turns": 1}
    found = json.loads(json.dumps(result_object(_report(), steps, usage, 1.23456, "/r")))
    assert list(found) == [
        "outcome", "root_cause", "claims", "hypotheses", "gaps", "confidence", "proof", "steps",
        "pull_requests", "model", "usage", "seconds", "record",
    ]  # fmt: skip
    assert {name: found["root_cause"][name] for name in CAUSE} == CAUSE
    assert found["claims"][1] == {"text": "Nine rows.", "evidence": ["E2"], "check": "failed"}
    assert found["hypotheses"] == [{"text": "The disk is full.", "verdict": "refuted", "evidence": ["E2"]}]
    assert found["pull_requests"] == [{k: v for k, v in PULL.items() if k not in ("number", "x")}]
    assert (found["steps"], found["usage"], found["seconds"], found["record"]) == (steps, usage, 1.235, "/r")


@pytest.mark.parametrize("outcome", ["inconclusive", "no_fault"])
def test_no_service_is_accused_without_proof(outcome: str) -> None:
    cause = result_object(_report(outcome=outcome), [], {}, 0.0, "")["root_cause"]
    assert cause["services"] == [] and cause["ranked"] == ["orders", "mail"]
    assert result_object(_report(root_cause=None), [], {}, 0.0, "")["root_cause"]["summary"] == ""
