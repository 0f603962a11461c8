"""A transcript out of events alone."""

from __future__ import annotations

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.notebook.replayed import outputs
from aisre_nb.record.events import Asked, Decided, Noted, Reported, ToolFinished
from aisre_nb.report.report import Report


def test_everything_that_was_shown_comes_in_its_order() -> None:
    evidence = {"E1": Evidence("E1", "text", "a title", "it says so", "look", {})}
    events = [
        Asked(question="Why?", model="m", policy="p"),
        Noted(text="a note", level="warning"),
        ToolFinished(n=1, call_id="c1", tool="look", arguments={}, evidence="E1"),
        ToolFinished(n=1, call_id="c2", tool="look", arguments={}, evidence="E1", reused=True),
        Decided(n=2, call_id="c3", tool="alter", verdict="reject", channel="panel", who="ada", reason="no"),
        ToolFinished(n=2, call_id="c3", tool="alter", arguments={}, effect="change", error="Not run."),
        Reported(report=Report(question="Why?", outcome="no_fault").model_dump(mode="json")),
    ]
    texts = [str(bundle["text/plain"]) for bundle in outputs(events, evidence)]
    assert [text.splitlines()[0] for text in texts[:4]] == [
        "Question: Why?",
        "⚠ a note",
        "1. E1 look: it says so",
        "2. alter: ✗ Not run.",
    ]
    assert len(texts) == 5
    assert "rejected by ada (panel): no" in list(outputs(events, evidence))[3]["text/html"]


def test_evidence_that_a_record_lost_is_left_out_and_nothing_breaks() -> None:
    event = ToolFinished(n=1, call_id="c1", tool="look", arguments={}, evidence="E1")
    assert len(list(outputs([event], {}))) == 1
