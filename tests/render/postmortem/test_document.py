"""The postmortem says what the record says, in its place, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.record.events import Decided, Reported, ToolFinished
from aisre_nb.report.postmortem.recorded import of_events

Made = Callable[..., Any]


def _look(verdict: str, number: str = "E9", service: str = "cart") -> Evidence:
    facts = {"service": service, "verdict": verdict, "now": "2026-03-01T11:20:00Z"}
    return Evidence(number, "metrics", "look", f"{service} is {verdict}", "verify", {}, facts=facts)


def test_it_is_resolved_only_where_evidence_says_so(made: Made) -> None:
    case = made()
    found, _ = case.made()
    assert (found.status, found.recovered, found.status_evidence) == ("not verified", None, ())
    for verdict, status in (("recovered", "resolved"), ("improving", "improving"), ("worse", "not resolved")):
        case.evidence["E9"] = _look(verdict)
        found, _ = case.made()
        assert (found.status, found.status_evidence) == (status, ("E9",))
        assert (found.recovered is not None) == (status == "resolved")
    case.evidence["E9"] = _look("unchanged")
    case.evidence["E10"] = _look("recovered", "E10")
    assert case.made()[0].status == "resolved", "the latest look at a service counts"
    case.evidence["E11"] = _look("worse", "E11", "checkout")
    assert case.made()[0].status == "not resolved", "the worst of all services counts"


def test_the_incidents_clock_is_not_the_readers(made: Made) -> None:
    found, _ = made().made()
    assert found.onset == datetime(2026, 3, 1, 10, 31, tzinfo=UTC)
    told = [(m.kind, m.at.strftime("%d %H:%M:%S"), m.minutes) for m in found.timeline]
    assert told == [
        ("change", "01 10:30:00", -1.0), ("alert", "01 10:33:00", 2.0), ("detection", "01 11:00:00", 29.0),
        ("action", "01 11:00:30", 29.5), ("detection", "01 11:01:00", 30.0),
    ]  # fmt: skip


def test_who_decided_what_stands_in_the_timeline(made: Made) -> None:
    case = made("ada")
    action = next(m for m in case.made()[0].timeline if m.kind == "action")
    assert action.sentence.text == "Pull request: ada: approved by ada (panel), “ada”" and action.sentence.evidence == (
        "E4",
    )
    for verdict, said in (("reject", "rejected by"), ("denied", "not allowed"), ("edit", "approved as edited by")):
        case.events = [e.model_copy(update={"verdict": verdict}) if isinstance(e, Decided) else e for e in case.events]
        assert said in next(m for m in case.made()[0].timeline if m.kind == "action").sentence.text


def test_what_failed_its_check_stays_with_what_contradicts_it(made: Made) -> None:
    found, _ = made().made()
    assert [(c.result, c.detail) for c in found.claims][-1] == ("failed", "it is 9, cart")
    against = made(against=["no evidence holds it"]).made()[0]
    assert against.root_cause[0].result == "failed" and against.root_cause[0].detail == "no evidence holds it"


def test_each_sentence_cites_evidence_of_the_record(made: Made) -> None:
    found, evidence = made().made()
    known = {one.id for one in found.exhibits}
    assert known == set(evidence)
    for one in found.sentences:
        assert set(one.evidence) <= known
    for one in (*found.impact, *found.claims, *found.root_cause, *found.durations, *found.went_well):
        assert one.evidence, one.text


def test_every_number_stands_in_the_record(made: Made) -> None:
    """Nothing is counted or measured here but spans between times that the record has."""
    case = made()
    found, _ = case.made()
    record = " ".join(e.model_dump_json() for e in case.events) + str(case.evidence)
    for one in found.sentences:
        if one.key[0] not in "dwb":
            assert set(re.findall(r"\d+", one.text)) <= set(re.findall(r"\d+", record)), one.text
    assert [d.text for d in found.durations] == [
        "From the onset to the first alert: 2 min.", "From the onset to the first question: 29 min.",
        "From the onset to the report: 30 min.", "From the onset to the first pull request: 30 min.",
    ]  # fmt: skip


def test_actions_come_from_remedies_requests_open_proof_and_gaps(made: Made) -> None:
    found, _ = made("roll back").made()
    assert [(a.what, a.kind, a.link) for a in found.actions] == [
        ("roll back...", "rollback", "roll back"),
        ("Prove the order: roll back", "proof", ""),
        ("Look at what was not: roll back", "gap", ""),
    ]
    without, _ = made("roll back", remediation=[]).made()
    assert without.actions[0].what == "Review and merge #12, roll back"


def test_how_it_went_says_what_the_record_shows(made: Made) -> None:
    case = made("x")
    found, _ = case.made()
    assert [one.text for one in found.went_well] == ["An alert fired 2 min after the onset."]
    assert [one.text for one in found.went_badly] == ["Step 5 could not look: get_logs: x"]
    assert found.lucky == ()
    late = [{"time": "2026-03-01T10:59:00Z", "text": "x", "evidence": ["E3"], "kind": "alert"}]
    slow, _ = made("x", timeline=late).made()
    assert slow.went_badly[0].text == "The first alert fired only 28 min after the onset."
    assert slow.went_well == ()
    early = [{"time": "2026-03-01T10:30:30Z", "text": "x", "evidence": ["E3"], "kind": "alert"}]
    first, _ = made("x", timeline=early).made()
    assert first.durations[0].text == "The first alert fired 30 s before the onset that the signal shows."
    assert first.went_well[0].text == "An alert fired 30 s before the onset."
    case.evidence["E9"] = _look("unchanged")
    assert "A remedy did not help" in " ".join(one.text for one in case.made()[0].went_badly)


def test_a_look_before_any_remedy_blames_none(made: Made) -> None:
    case = made()
    look = _look("unchanged")
    case.evidence["E9"] = replace(look, facts={**look.facts, "remedy": "nothing yet"})
    assert "remedy" not in " ".join(one.text for one in case.made()[0].went_badly)


def test_without_a_report_there_is_none(made: Made) -> None:
    case = made()
    with pytest.raises(UsageError, match="no report yet"):
        of_events([e for e in case.events if not isinstance(e, Reported)], case.evidence, Redactor())


def test_a_report_that_knows_nothing_still_makes_one(made: Made) -> None:
    nothing = {name: [] for name in ("claims", "impact", "contributing", "hypotheses", "timeline", "remediation")}
    found, _ = made(outcome="inconclusive", root_cause=None, gaps=[], proof=[], **nothing).made()
    assert (found.onset, found.durations, found.root_cause, found.title) == (None, (), (), "cart")
    assert all(m.minutes is None for m in found.timeline)


def test_secrets_are_masked_once_more(made: Made) -> None:
    key = "AKIA" + "QWERTYUIOPASDFGH"
    found, evidence = made(f"key {key}").made()
    assert key not in str(found)
    assert key not in str([replace(one, frame=None) for one in evidence.values()])


def test_order_in_time_does_not_depend_on_order_in_the_record(made: Made) -> None:
    case = made()
    first = case.made()[0].timeline
    case.events = [*case.events[1:3], case.events[0], *case.events[3:]]
    assert {m.sentence.text for m in case.made()[0].timeline} == {m.sentence.text for m in first}
    times = [m.at for m in first]
    assert times == sorted(times) and times[-1] - times[0] < timedelta(hours=1)
    assert any(isinstance(e, ToolFinished) for e in case.events)
