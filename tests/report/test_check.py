"""From a draft to a report: uncited sentences go, what the evidence contradicts is struck, a cause needs its proof."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.report.check import check_claims, review
from aisre_nb.report.finish import finish
from aisre_nb.report.report import Report, ReportDraft

Known = dict[str, Evidence]
AT, CHANGED = "2026-11-23T11:00:00Z", "2026-11-23T10:58:20Z"
NONE_FIRES = {"text": "No alert fires.", "evidence": ["E5"], "essential": True,
              "check": {"kind": "value", "evidence": "E5", "column": "firing", "expected": 0}}  # fmt: skip
ROSE = {"text": "The error rate of orders rose from 0.1 % to 12 % at 11:00 UTC.", "evidence": ["E1"],
        "essential": True,
        "check": {"kind": "changed", "evidence": "E1", "signal": "error_rate", "at": AT}}  # fmt: skip
RAISES = {"text": "orders logs UnboundLocalError: total, 41 times.", "evidence": ["E4"], "essential": True,
          "check": {"kind": "contains", "evidence": "E4", "expected": "UnboundLocalError: total"}}  # fmt: skip
FIRST = {"text": "orders 0.1.0 → 0.2.0 came before the onset.", "evidence": ["E2", "E1"], "essential": True,
         "check": {"kind": "before", "evidence": "E2", "at": CHANGED, "than": AT}}  # fmt: skip
OTHER = {"text": "mail 1.0 → 1.1 did it: no, it came after the onset.", "verdict": "refuted", "evidence": ["E2", "E1"],
         "check": {"kind": "before", "evidence": "E2", "at": AT, "than": "2026-11-23T11:20:00Z"}}  # fmt: skip
CAUSE = {"services": ["orders"], "change": "orders 0.1.0 → 0.2.0", "evidence": ["E2", "E4"],
         "summary": "orders 0.1.0 → 0.2.0 raises UnboundLocalError: total."}  # fmt: skip
PROOF = [ROSE, RAISES, FIRST]


def _finish(known: Known, **draft: Any) -> Report:
    draft = {"outcome": "root_cause", "root_cause": CAUSE, "hypotheses": [OTHER], "claims": PROOF, **draft}
    return finish(ReportDraft.model_validate(draft), "why?", known, [{"kind": "fix"}], "m", "")


def test_a_cause_whose_proof_is_closed_stands(known: Known) -> None:
    report = _finish(known)
    assert [c.detail for c in report.claims] == ["", "", ""] and report.against == []
    assert report.outcome == "root_cause" and report.gaps == [] and report.proved
    assert [(one.name, one.closed, one.claims) for one in report.proof] == [
        ("symptom", True, [0, 1]), ("place", True, [0, 1]), ("mechanism", True, [1]), ("order", True, [2]),
        ("alternatives", True, []),
    ]  # fmt: skip
    assert (report.question, report.model, report.pull_requests) == ("why?", "m", [{"kind": "fix"}])


@pytest.mark.parametrize(
    ("left_out", "open_"),
    [(RAISES, ["mechanism"]), (FIRST, ["order"]), (ROSE, [])],
    ids=["mechanism", "order", "said twice"],
)
def test_what_no_claim_shows_is_visibly_open_and_costs_confidence(
    known: Known, left_out: Any, open_: list[str]
) -> None:
    whole, report = _finish(known), _finish(known, claims=[c for c in PROOF if c is not left_out])
    assert [one.name for one in report.proof if not one.closed] == open_
    assert all("what would decide" in one.detail for one in report.proof if not one.closed)
    assert whole.confidence is not None and report.confidence is not None
    assert report.confidence < whole.confidence if open_ else report.confidence == whole.confidence


def test_without_symptom_and_place_a_cause_is_a_guess(known: Known) -> None:
    report = _finish(known, claims=[FIRST, NONE_FIRES], hypotheses=[])
    assert report.outcome == "inconclusive" and not report.proved
    assert any("what would decide" in gap and "place" in gap for gap in report.gaps)
    assert report.confidence is not None and report.confidence < 0.5


def test_a_claim_that_is_not_essential_proves_nothing(known: Known) -> None:
    report = _finish(known, claims=[{**claim, "essential": False} for claim in PROOF])
    assert report.outcome == "inconclusive" and [c.result for c in report.claims] == ["passed"] * 3


def test_a_cause_whose_essential_claim_failed_is_inconclusive_and_a_gap_says_why(known: Known) -> None:
    fires = {**NONE_FIRES, "text": "An alert fires.", "check": {**NONE_FIRES["check"], "expected": 2}}
    report = _finish(known, claims=[*PROOF, fires])
    assert report.outcome == "inconclusive" and report.root_cause is not None
    assert any("An alert fires." in gap and "firing is 0, not 2" in gap for gap in report.gaps)
    report = _finish(known, claims=[*PROOF, {**fires, "essential": False}])
    assert report.outcome == "root_cause" and report.claims[3].result == "failed"


@pytest.mark.parametrize("claims", [[], [{"text": "orders 0.2.0 is out.", "evidence": ["E2"]}]])
def test_a_cause_without_a_passed_check_is_inconclusive(known: Known, claims: list[Any]) -> None:
    report = _finish(known, claims=claims, gaps=["No traces."])
    assert report.outcome == "inconclusive" and report.gaps[0] == "No traces." and "no claim" in report.gaps[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"services": ["billing"]}, "no evidence speaks of a service billing"),
        ({"change": "orders 0.1.0 → 0.3.0"}, "orders 0.1.0 → 0.3.0 stands in no evidence"),
        ({"location": "a.py:77"}, "a.py:77 stands in no evidence"),
        ({"kind": "sabotage"}, "sabotage is no kind of cause"),
        ({"summary": "orders 0.2.0 lost 40 % of its requests."}, "40 % is not in E2, E4"),
        ({"summary": "The redis of orders is full."}, "does not speak of any redis"),
        ({"evidence": [], "summary": "mail broke at 09:12."}, "09:12 is not in"),
    ],
    ids=["service", "change", "place", "kind", "figure", "thing", "time"],
)
def test_words_of_the_cause_that_no_evidence_has_are_held_against_it(
    known: Known, change: dict[str, Any], said: str
) -> None:
    report = _finish(known, root_cause={**CAUSE, **change})
    assert report.outcome == "inconclusive" and any(said in one for one in report.against), report.against
    assert report.confidence is not None and report.confidence <= 0.3


def test_requests_that_begin_to_fail_elsewhere_speak_against_a_cause(known: Known, evidence: Any) -> None:
    known = {**known, "E6": evidence("E6", "traces", None, origin={"service": "mail", "share": 0.9})}
    report = _finish(known)
    assert report.outcome == "inconclusive" and "begin to fail in mail, not in orders" in report.against[0]
    known["E7"] = evidence("E7", "traces", None, origin={"service": "orders", "share": 0.2})
    assert _finish(known).outcome == "root_cause"


def test_the_few_requests_that_fail_always_do_not(known: Known, evidence: Any) -> None:
    flat = {"error_rate": {"direction": "flat", "before": 0.01, "after": 0.01}}
    known = {
        **known,
        "E6": evidence("E6", "traces", None, origin={"service": "mail", "share": 0.9}),
        "E7": evidence("E7", "metrics", None, service="mail", signals=flat),
    }
    assert _finish(known).outcome == "root_cause"


def test_what_serves_no_requests_is_not_cleared_by_its_callers_failing_first(known: Known, evidence: Any) -> None:
    origin = evidence("E6", "traces", None, origin={"service": "mail", "share": 0.9})
    listed = [{"service": "mail", "requests": 90}, {"service": "orders", "requests": 0}]
    known = {**known, "E6": origin, "E7": evidence("E7", "services", None, services=listed)}
    assert _finish(known).outcome == "root_cause"


def test_a_service_whose_signals_all_stayed_is_not_the_cause(known: Known, evidence: Any) -> None:
    flat = {"error_rate": {"direction": "flat", "before": 0.1, "after": 0.1}}
    still = evidence("E1", "metrics", known["E1"].frame, service="orders", signals=flat, onset=AT)
    assert "no signal of orders changed in E1" in _finish({**known, "E1": still}).against


def test_no_fault_names_no_cause_and_needs_a_claim_that_holds(known: Known, evidence: Any) -> None:
    told = {"outcome": "no_fault", "hypotheses": []}
    assert _finish(known, **told, claims=[NONE_FIRES]).root_cause is None
    assert _finish(known, **told, claims=[NONE_FIRES]).outcome == "no_fault"
    assert _finish(known, **told, claims=[]).outcome == "inconclusive"
    bad = {**NONE_FIRES, "check": {**NONE_FIRES["check"], "expected": 2}}
    assert _finish(known, **told, claims=[NONE_FIRES, bad]).outcome == "inconclusive"
    worse = {"error_rate": {"direction": "up", "confidence": 0.9, "onset": AT}}
    known = {**known, "E6": evidence("E6", "metrics", None, service="mail", worst="error_rate", signals=worse)}
    report = _finish(known, **told, claims=[NONE_FIRES])
    assert report.outcome == "inconclusive" and "error_rate of mail got worse" in report.against[0]


def test_sentences_that_cite_nothing_or_nothing_that_exists_are_dropped(known: Known) -> None:
    claims = [
        {"text": "cites nothing"},
        {"text": "cites nobody", "evidence": ["E77", "../E1"]},
        {"text": "orders is one", "evidence": ["E1", "E77", "E1"]},
        {**NONE_FIRES, "text": "its check cites", "evidence": []},
    ]
    checked, dropped = check_claims(ReportDraft.model_validate({"outcome": "no_fault", "claims": claims}), known)
    assert dropped == ["cites nothing", "cites nobody"]
    assert [(c.text, c.evidence) for c in checked] == [("orders is one", ["E1"]), ("its check cites", ["E5"])]
    parts: dict[str, Any] = {"contributing": claims[:1], "impact": claims[1:2]}
    parts["remediation"] = [{"text": "pray", "evidence": ["E77"]}]
    parts["timeline"] = [{"time": AT, "text": "cites nobody", "evidence": ["E77"]}]
    found = review(ReportDraft.model_validate({"outcome": "no_fault", **parts}), known)
    assert found.dropped == ["cites nothing", "cites nobody", f"{AT} cites nobody", "pray"]


@pytest.mark.parametrize(
    ("hypothesis", "verdict", "result"),
    [
        (OTHER, "refuted", "passed"),
        ({**OTHER, "check": None}, "open", "none"),
        ({**OTHER, "check": {**OTHER["check"], "at": AT, "than": CHANGED}}, "open", "failed"),
        ({**OTHER, "text": "mail 1.0 → 1.7 did it."}, "open", "failed"),
        ({**OTHER, "evidence": ["E77"], "check": None}, "open", "failed"),
    ],
    ids=["checked", "unchecked", "check fails", "text fails", "cites nobody"],
)
def test_a_verdict_stands_by_its_check_alone(known: Known, hypothesis: Any, verdict: str, result: str) -> None:
    report = _finish(known, hypotheses=[hypothesis])
    assert [(h.verdict, h.result) for h in report.hypotheses] == [(verdict, result)]


def test_the_timeline_is_in_order_and_what_its_evidence_does_not_date_is_struck(known: Known) -> None:
    report = _finish(
        known,
        timeline=[
            {"time": AT, "text": "second", "evidence": ["E1", "E77"]},
            {"time": "2026-11-23T11:58:20+01:00", "text": "first", "evidence": ["E2"], "kind": "change"},
            {"time": "2026-11-23T09:00:00Z", "text": "too early", "evidence": ["E2"]},
            {"time": "at noon", "text": "no time", "evidence": ["E1"]},
        ],
    )
    assert [(t.text, t.result) for t in report.timeline] == [
        ("too early", "failed"), ("first", "none"), ("second", "none"),
    ]  # fmt: skip
    assert report.dropped == ["at noon no time"]


def test_a_gap_may_repeat_what_the_session_said_and_no_figure_of_its_own(known: Known) -> None:
    draft = ReportDraft(outcome="inconclusive", gaps=["it gave no answer in 120 s", "99 % of users left", "No traces."])
    found = review(draft, known, told=["it gave no answer in 120 s (look)"])
    assert found.gaps == ["it gave no answer in 120 s", "No traces."] and found.dropped == ["99 % of users left"]
    # What stands beside the session's own words is no part of them.
    both = ["it gave no answer in 120 s (logs)", "it gave no answer in 120 s, and 99 % of users left"]
    found = review(ReportDraft(outcome="inconclusive", gaps=both), known, told=["it gave no answer in 120 s"])
    assert (found.gaps, found.dropped) == (both[:1], both[1:])


def test_a_report_of_format_1_is_read(known: Known) -> None:
    told = _finish(known).model_dump(mode="json") | {"impact": "One in eight orders fails."}
    old = {k: v for k, v in told.items() if k not in ("proof", "confidence", "grounds", "contributing", "against")}
    report = Report.model_validate(old)
    assert report.impact[0].text == "One in eight orders fails." and report.confidence is None
