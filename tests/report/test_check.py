"""From a draft to a report: uncited claims go, a cause without proof is none."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.check import check_claims, finish
from aisre_nb.report.report import Report, ReportDraft

Known = dict[str, Evidence]
GOOD = {"text": "None fires.", "evidence": ["E5"], "essential": True,
        "check": {"kind": "value", "evidence": "E5", "column": "firing", "expected": 0}}  # fmt: skip
BAD = {**GOOD, "text": "Two fire.", "check": {**GOOD["check"], "expected": 2}}
CAUSE = {"services": ["orders"], "summary": "orders broke"}


def _finish(known: Known, **draft: Any) -> Report:
    draft = {"outcome": "root_cause", "root_cause": CAUSE, **draft}
    return finish(ReportDraft.model_validate(draft), "why?", known, [{"kind": "fix"}], "m", "")


def test_a_cause_with_a_passed_check_stands(known: Known) -> None:
    report = _finish(known, claims=[GOOD, {"text": "Said only.", "evidence": ["E1"]}])
    assert report.outcome == "root_cause" and report.gaps == []
    assert [c.result for c in report.claims] == ["passed", "none"]
    assert (report.question, report.model, report.pull_requests) == ("why?", "m", [{"kind": "fix"}])


def test_a_cause_whose_essential_claim_failed_is_inconclusive_and_a_gap_says_why(known: Known) -> None:
    report = _finish(known, claims=[GOOD, BAD])
    assert report.outcome == "inconclusive" and report.root_cause is not None
    assert "Two fire." in report.gaps[-1] and "firing is 0, not 2" in report.gaps[-1]


def test_a_failed_claim_that_is_not_essential_leaves_the_cause(known: Known) -> None:
    report = _finish(known, claims=[GOOD, {**BAD, "essential": False}])
    assert report.outcome == "root_cause" and report.claims[1].result == "failed"


@pytest.mark.parametrize("claims", [[], [{"text": "Said only.", "evidence": ["E1"]}]])
def test_a_cause_without_a_passed_check_is_inconclusive(known: Known, claims: list[Any]) -> None:
    report = _finish(known, claims=claims, gaps=["No traces."])
    assert report.outcome == "inconclusive" and report.gaps[0] == "No traces." and "no claim" in report.gaps[1]


def test_a_cause_that_is_not_named_is_inconclusive(known: Known) -> None:
    assert _finish(known, root_cause=None, claims=[GOOD]).outcome == "inconclusive"


def test_no_fault_names_no_cause_and_its_essential_claims_must_hold_too(known: Known) -> None:
    assert _finish(known, outcome="no_fault").root_cause is None
    assert _finish(known, outcome="no_fault").outcome == "no_fault"
    assert _finish(known, outcome="no_fault", claims=[BAD]).outcome == "inconclusive"


def test_claims_that_cite_nothing_or_nothing_that_exists_are_dropped(known: Known) -> None:
    claims = [
        {"text": "cites nothing"},
        {"text": "cites nobody", "evidence": ["E77", "../E1"]},
        {"text": "cites one", "evidence": ["E1", "E77", "E1"]},
        {**GOOD, "text": "its check cites", "evidence": []},
    ]
    checked, dropped = check_claims(ReportDraft.model_validate({"outcome": "no_fault", "claims": claims}), known)
    assert dropped == ["cites nothing", "cites nobody"]
    assert [(c.text, c.evidence) for c in checked] == [("cites one", ["E1"]), ("its check cites", ["E5"])]


def test_a_verdict_that_rests_on_nothing_is_open(known: Known) -> None:
    report = _finish(
        known,
        hypotheses=[
            {"text": "a", "verdict": "refuted", "evidence": ["E1", "E77"]},
            {"text": "b", "verdict": "refuted", "evidence": ["E77"]},
        ],
    )
    assert [(h.verdict, h.evidence) for h in report.hypotheses] == [("refuted", ["E1"]), ("open", [])]


def test_the_timeline_is_in_order_and_holds_what_evidence_dates(known: Known) -> None:
    report = _finish(
        known,
        timeline=[
            {"time": "2026-11-23T11:00:00Z", "text": "second", "evidence": ["E1", "E77"]},
            {"time": "2026-11-23T11:30:00+01:00", "text": "first", "evidence": ["E2"]},
            {"time": "2026-11-23T09:00:00Z", "text": "cites nobody", "evidence": ["E77"]},
            {"time": "at noon", "text": "no time", "evidence": ["E1"]},
        ],
    )
    assert [(t.text, t.evidence) for t in report.timeline] == [("first", ["E2"]), ("second", ["E1"])]
