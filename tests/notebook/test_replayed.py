"""A transcript out of events alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.notebook.replayed import outputs
from aisre_nb.record.events import Asked, Decided, Noted, Reported, ToolFinished
from aisre_nb.record.record import Record
from aisre_nb.report.report import Report

FORMAT_1 = Path(__file__).parents[1] / "record" / "format_1"


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


def test_a_record_of_format_1_is_drawn() -> None:
    record = Record.load(FORMAT_1)
    texts = [str(bundle["text/plain"]) for bundle in outputs(record.events, record.all_evidence())]
    assert texts[1].startswith("1. E1 get_alerts: 1 alert fires")
    assert "Impact:" in texts[-1] and "Customers waited longer for their orders." in texts[-1]


def test_whatever_it_was_a_frame_that_is_gone_or_broken_is_said_in_its_place(tmp_path: Path) -> None:
    kinds = ("alerts", "services", "metrics", "traces", "trace", "logs", "deployments", "diff", "file", "pull_request")
    record = Record.create(tmp_path, "q")
    for n, kind in enumerate(kinds, 1):
        record.keep(Evidence(f"E{n}", kind, "t", "says", "look", {}, frame=pd.DataFrame({"n": [1]})))
        record.append(ToolFinished(n=n, call_id=f"c{n}", tool="look", arguments={}, evidence=f"E{n}"))
        path = record.folder / "frames" / f"E{n}.parquet"
        path.write_bytes(b"PAR1 no") if n % 2 else path.unlink()
    record.close()
    loaded = Record.load(record.folder)
    texts = [str(bundle["text/plain"]) for bundle in outputs(loaded.events, loaded.all_evidence())]
    assert len(texts) == len(kinds) and all("says [its frame " in text for text in texts)
