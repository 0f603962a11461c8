"""The tool by which a model reports demands evidence; what it says besides is read too."""

from __future__ import annotations

from typing import Any

from aisre_nb.record.events import Noted
from aisre_nb.session.reporting import Reporting

CLAIM = {
    "text": "There are three rows.",
    "evidence": ["E1"],
    "essential": True,
    "check": {"kind": "value", "evidence": "E1", "column": "rows", "expected": 3},
}
LOOK = [("look", {"what": "a"})]


def test_the_schema_demands_evidence_of_every_sentence() -> None:
    parts = Reporting.spec().schema["$defs"]
    for name in ("Claim", "Hypothesis", "TimelineEntry", "Remedy", "RootCause"):
        assert "evidence" in parts[name]["required"] and parts[name]["properties"]["evidence"]["minItems"] == 1
    assert set(parts["Check"]["properties"]["kind"]["enum"]) >= {"value", "onset", "share", "correlated"}


async def test_last_words_without_a_report_are_no_report(investigate: Any, fixed: Any) -> None:
    inv = investigate(LOOK, "x lost 97 % of its rows.", "I am done: x lost 97 % of its rows.")
    report = await inv.ask("why?", approver=fixed())
    assert report.outcome == "inconclusive" and report.partial
    assert report.dropped == ["I am done: x lost 97 % of its rows."] and report.claims == [] and report.gaps == []


async def test_an_answer_in_words_is_held_against_the_evidence(investigate: Any, fixed: Any, report: Any) -> None:
    inv = investigate(LOOK, report(CLAIM), "x has three rows.", "x lost 97 % of its rows at 10:32.")
    await inv.ask("why?", approver=fixed())
    await inv.ask("how many?", approver=fixed())
    warned = [e.text for e in inv.events if isinstance(e, Noted) and e.level == "warning"]
    assert warned == []
    await inv.ask("and then?", approver=fixed())
    warned = [e.text for e in inv.events if isinstance(e, Noted) and e.level == "warning"]
    assert len(warned) == 1 and "97 %" in warned[0] and "10:32" in warned[0]
