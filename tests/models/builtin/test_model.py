"""From a question to a report, on systems that it never saw."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import aisre_nb.models.builtin as package
from aisre_nb.models.base import AssistantMessage

QUESTION = "There is an issue with the billing service, can you find the root cause?"
REJECTED = "Not run: rejected by ada: not during the sale."


def _applied(text: str, edits: list[dict[str, str]]) -> str:
    for edit in edits:
        assert text.count(edit["old"]) == 1
        text = text.replace(edit["old"], edit["new"])
    return text


async def test_it_names_the_change_the_variable_and_the_line_with_claims_that_hold(drive: Any, names: Any) -> None:
    report = await drive.ask(QUESTION)
    cause = report.root_cause
    assert report.outcome == "root_cause" and cause.services == ["billing"] and cause.kind == "code"
    assert cause.change == "billing 3.4.1 → 3.5.0"
    assert cause.location == f"src/billing/costs.py:{names.LINE}"
    assert "surcharge" in cause.summary and str(names.LINE) in cause.summary and "surcharge = 0" in cause.summary
    assert cause.ranked[0] == "billing" and set(cause.ranked) == set(drive.world.services)
    assert [c.detail for c in drive.checked() if c.result == "failed"] == []
    kinds = {c.check.kind for c in drive.checked() if c.result == "passed" and c.check}
    assert {"changed", "value", "before", "contains"} <= kinds
    assert "12 %" in report.impact[0].text
    assert [t.time for t in report.timeline] == sorted(t.time for t in report.timeline)
    assert all(set(h.evidence) <= set(drive.evidence) and h.evidence for h in report.hypotheses)


async def test_it_asks_in_the_order_of_an_expert_one_sentence_a_turn(drive: Any) -> None:
    await drive.ask(QUESTION)
    turns = [m for m in drive.messages if isinstance(m, AssistantMessage)]
    assert [[c.name for c in t.calls] for t in turns] == [
        ["get_alerts", "get_services"], ["get_metrics"], ["get_traces"], ["get_trace"], ["get_logs"],
        ["get_deployments"], ["get_source_diff"], ["get_source_file", "get_source_file"],
        ["create_pull_request"], ["create_pull_request"], ["submit_report"],
    ]  # fmt: skip
    assert all(t.text and "\n" not in t.text for t in turns)
    assert [c.id for t in turns for c in t.calls] == [f"b{n}" for n in range(1, 14)]
    logs, diff = drive.made("get_logs")[0], drive.made("get_source_diff")[0]
    assert logs["operation"] == "POST /pay" and logs["onset"]
    assert diff["stack_frames"] == ["/srv/billing/costs.py:10"] and diff["symbols"] == ["surcharge"]


async def test_both_pull_requests_hold_edits_that_apply_and_mend(drive: Any, names: Any) -> None:
    await drive.ask(QUESTION)
    rollback, fix = drive.made("create_pull_request")
    manifest = _applied(names.MANIFEST, rollback["edits"])
    assert "team/billing:3.4.1" in manifest and "proxy:3.5.0" in manifest and 'version: "3.4.1"' in manifest
    assert _applied(names.NEW, fix["edits"]) == names.OLD
    assert rollback["kind"] == "rollback" and fix["kind"] == "fix" and "surcharge" in fix["title"]
    assert "(E3)" in rollback["body"] and set(fix["evidence"]) <= set(drive.evidence)


async def test_the_same_request_gets_the_same_turn(drive: Any) -> None:
    from aisre_nb.models.builtin import BuiltinModel

    await drive.ask(QUESTION)
    del drive.messages[5:]
    request = drive.request(QUESTION)
    first = await BuiltinModel().turn(request, lambda text: None)
    assert first == await BuiltinModel().turn(request, lambda text: None)


async def test_what_another_service_passes_on_is_followed_to_where_it_starts(drive: Any) -> None:
    report = await drive.ask("storefront is failing for half an hour, why?")
    assert report.root_cause.services == ["billing"]
    assert report.root_cause.ranked[:2] == ["billing", "storefront"]
    assert [m["service"] for m in drive.made("get_metrics")] == ["storefront", "billing"]
    assert any(h.verdict == "refuted" and h.text.startswith("storefront is at fault") for h in report.hypotheses)
    assert drive.made("get_trace") == [{"trace_id": "bad-billing", "compare_with": "good-billing"}]
    assert [c.detail for c in drive.checked() if c.result == "failed"] == []


async def test_a_fault_of_a_neighbour_is_found_when_the_named_service_is_well(drive: Any, world: Any) -> None:
    report = await drive.ask("There is a problem with ledger")
    assert report.root_cause.services == ["billing"]
    assert report.root_cause.summary.startswith("ledger-service itself did not change")
    assert any("ledger-service" in c.text and c.result == "passed" for c in drive.checked())


async def test_errors_next_door_do_not_explain_a_complaint_about_time(drive: Any) -> None:
    report = await drive.ask("ledger is slow")
    assert report.outcome == "no_fault"
    assert any("storefront" in h.text and h.verdict == "open" for h in report.hypotheses)


async def test_time_that_is_lost_below_is_found_by_the_signals_of_what_is_called(
    drive: Any, world: Any, names: Any
) -> None:
    world.raised = {"storefront": "latency_p95", "billing": "latency_p95", "ledger-service": "latency_p95"}
    world.exception, world.alerting = False, ()
    world.changes = [{"time": names.ago(42), "service": "ledger-service", "from": "7", "to": "8"}]
    report = await drive.ask("The storefront is slow")
    assert report.root_cause.services == ["ledger-service"] and report.root_cause.change == "ledger-service 7 → 8"
    assert drive.made("get_traces")[0]["status"] == "any"


async def test_without_a_named_service_the_data_choose(drive: Any) -> None:
    report = await drive.ask("Something is wrong, please look into it")
    assert report.root_cause.services == ["billing"]


@pytest.mark.parametrize("question", ["Is the mailer service healthy?", "There is an issue with the mailer"])
async def test_a_healthy_service_gets_no_cause(drive: Any, question: str) -> None:
    report = await drive.ask(question)
    assert report.outcome == "no_fault" and report.root_cause is None
    assert not drive.made("create_pull_request")
    assert all(c.result == "passed" for c in drive.checked()) and drive.checked()


async def test_a_question_after_health_does_not_blame_the_neighbours_of_who_is_well(drive: Any) -> None:
    report = await drive.ask("Is the ledger service healthy?")
    assert report.outcome == "no_fault"
    assert [m["service"] for m in drive.made("get_metrics")] == ["ledger-service"]


async def test_an_alert_that_no_signal_explains_is_not_called_health(drive: Any, world: Any) -> None:
    world.alerting = ("mailer",)
    report = await drive.ask("Is mailer healthy?")
    assert report.outcome == "inconclusive" and "TooManyErrors" in report.gaps[0]


async def test_a_deployment_after_the_onset_is_not_blamed(drive: Any, world: Any, names: Any) -> None:
    world.changes[0]["time"] = names.ago(30)
    report = await drive.ask(QUESTION)
    assert report.outcome == "inconclusive" and report.root_cause.change == ""
    assert report.root_cause.services == ["billing"]
    assert any("after the onset" in h.text and h.verdict == "refuted" for h in report.hypotheses)
    assert not drive.made("create_pull_request") and not drive.made("get_source_diff")


async def test_the_last_change_before_the_onset_is_taken_and_earlier_ones_are_refuted(
    drive: Any, world: Any, names: Any
) -> None:
    world.changes.append({"time": names.ago(100), "service": "billing", "from": "3.4.0", "to": "3.4.1"})
    report = await drive.ask(QUESTION)
    assert report.root_cause.change == "billing 3.4.1 → 3.5.0"
    assert any(h.text.startswith("billing 3.4.0 → 3.4.1") and h.verdict == "refuted" for h in report.hypotheses)


async def test_an_old_change_without_a_stack_trace_that_leads_to_it_proves_nothing(
    drive: Any, world: Any, names: Any
) -> None:
    world.changes, world.suspects = (
        [{"time": names.ago(100), "service": "billing", "from": "3.4.1", "to": "3.5.0"}],
        False,
    )
    assert (await drive.ask(QUESTION)).outcome == "inconclusive"


async def test_what_does_not_answer_is_not_blamed_on_a_deployment(drive: Any, world: Any) -> None:
    world.type, world.message, world.suspects = "ConnectionRefusedError", "connection refused by vault:8200", False
    report = await drive.ask(QUESTION)
    assert report.outcome == "inconclusive" and report.root_cause.kind == "dependency"


@pytest.mark.parametrize(
    "tool", ["get_alerts", "get_services", "get_traces", "get_trace", "get_logs", "get_source_diff"]
)
async def test_one_tool_that_fails_is_a_gap_and_not_the_end(drive: Any, world: Any, tool: str) -> None:
    world.broken = {tool: f"no source answers {tool}"}
    report = await drive.ask(QUESTION)
    assert report.outcome == "root_cause" and report.root_cause.services == ["billing"]
    assert any(f"no source answers {tool}" in gap for gap in report.gaps)
    assert len(drive.made(tool)) == len({str(a) for a in drive.made(tool)})
    assert [c.detail for c in drive.checked() if c.result == "failed"] == []


@pytest.mark.parametrize("tool", ["get_metrics", "get_deployments"])
async def test_without_an_onset_or_changes_it_does_not_guess(drive: Any, world: Any, tool: str) -> None:
    world.broken = {tool: "down"}
    report = await drive.ask(QUESTION)
    assert report.root_cause.services == ["billing"] and any("down" in g for g in report.gaps)
    assert report.outcome == ("inconclusive" if tool == "get_deployments" else "root_cause")


async def test_when_everything_fails_it_says_so(drive: Any, world: Any) -> None:
    from aisre_nb.models.builtin.conclude.gaps import _DECIDES

    world.broken = dict.fromkeys(_DECIDES, "cannot be reached")
    report = await drive.ask(QUESTION)
    assert report.outcome == "inconclusive" and not report.claims
    assert any("cannot be reached" in g for g in report.gaps)


async def test_tools_that_are_not_there_are_gaps(drive: Any) -> None:
    drive.tools = ("get_metrics", "submit_report")
    report = await drive.ask(QUESTION)
    assert {c.name for c in drive.calls} == {"get_metrics", "submit_report"}
    assert any("get_logs" in g for g in report.gaps)


async def test_without_the_means_to_propose_the_remedy_is_told(drive: Any) -> None:
    drive.tools = tuple(t for t in drive.tools if t != "create_pull_request")
    report = await drive.ask(QUESTION)
    assert report.outcome == "root_cause"
    assert any("set billing back to 3.4.1" in g for g in report.gaps)


async def test_a_rejection_is_respected_and_the_rest_goes_on(drive: Any) -> None:
    drive.decide = lambda call: REJECTED if call["kind"] == "rollback" else ""
    report = await drive.ask(QUESTION)
    assert [p["kind"] for p in drive.made("create_pull_request")] == ["rollback", "fix"]
    assert any("not during the sale" in g for g in report.gaps)
    again = await drive.ask(QUESTION)
    assert again.outcome == "root_cause" and len(drive.made("create_pull_request")) == 2


async def test_a_rejected_pull_request_comes_back_when_it_is_asked_for(drive: Any) -> None:
    drive.decide = lambda call: REJECTED
    await drive.ask(QUESTION)
    drive.decide = lambda call: ""
    await drive.ask("Now open the rollback, please")
    assert [p["kind"] for p in drive.made("create_pull_request")] == ["rollback", "fix", "rollback"]
    assert "opened" in drive.said


async def test_a_fix_that_does_not_apply_is_made_again_for_the_main_branch(drive: Any, world: Any, names: Any) -> None:
    world.head = "import decimal\n" + names.NEW.replace("sum(line.price", "0 + sum(line.price")
    failing = lambda call: "" if call["kind"] == "rollback" or _once(world.head, call) else "does not occur once"  # noqa: E731
    drive.decide = failing
    await drive.ask(QUESTION)
    fixes = [p for p in drive.made("create_pull_request") if p["kind"] == "fix"]
    assert len(fixes) == 2
    assert _applied(world.head, fixes[1]["edits"]).count("surcharge = 0") == 1


async def test_a_main_branch_that_is_mended_already_gets_no_second_fix(drive: Any, world: Any, names: Any) -> None:
    world.head = names.OLD
    drive.decide = lambda call: "" if call["kind"] == "rollback" else "does not occur once"
    report = await drive.ask(QUESTION)
    assert [p["kind"] for p in drive.made("create_pull_request")] == ["rollback", "fix"]
    assert any("no longer has the fault" in g for g in report.gaps)


def _once(text: str, call: Any) -> bool:
    return all(text.count(e["old"]) == 1 for e in call["edits"])


@pytest.mark.parametrize("turns", range(10))
async def test_at_a_limit_it_reports_what_is_known(drive: Any, turns: int) -> None:
    report = await drive.ask(QUESTION, final_after=turns)
    assert drive.calls[-1].name == "submit_report"
    assert report.outcome == ("root_cause" if turns >= 6 else "inconclusive")
    assert report.outcome == "root_cause" or report.gaps
    assert [c.detail for c in drive.checked() if c.result == "failed"] == []


async def test_claims_that_come_back_are_left_out_the_second_time(drive: Any) -> None:
    def judge(n: int, draft: Any) -> str:
        bad = next(c for c in draft.claims if not c.essential)
        return f"These claims do not hold; correct or leave them out:\n- {bad.text}: no" if n == 1 else ""

    drive.judge = judge
    report = await drive.ask(QUESTION)
    assert len(drive.drafts) == 2 and report.outcome == "root_cause"
    assert len(report.claims) == len(drive.drafts[0].claims) - 1


async def test_an_essential_claim_that_comes_back_opens_the_case_again(drive: Any) -> None:
    drive.judge = lambda n, draft: f"- {next(c for c in draft.claims if c.essential).text}: no" if n == 1 else ""
    report = await drive.ask(QUESTION)
    assert report.outcome == "inconclusive"


async def test_a_report_that_is_never_taken_ends_in_words(drive: Any) -> None:
    drive.judge = lambda n, draft: "The report does not fit the schema"
    await drive.ask(QUESTION)
    assert len(drive.drafts) == 2 and "billing" in drive.said


async def test_a_second_question_about_the_same_reads_nothing_twice(drive: Any) -> None:
    await drive.ask(QUESTION)
    before = len(drive.calls)
    report = await drive.ask("There is an issue with storefront, find the root cause")
    new = [(c.name, c.arguments.get("service")) for c in drive.calls[before:]]
    assert ("get_metrics", "billing") not in new and ("get_alerts", None) not in new
    assert report.root_cause.services == ["billing"]
    assert len(drive.made("create_pull_request")) == 2


@pytest.mark.parametrize("change", ["facts", "frames", "texts"])
async def test_evidence_of_any_shape_ends_in_a_report(drive: Any, world: Any, change: str) -> None:
    answer = world.answer
    odd = {
        "facts": lambda r: {**r, "facts": dict.fromkeys(r["facts"], 7)},
        "frames": lambda r: {**r, "frame": None},
        "texts": lambda r: {**r, "facts": dict.fromkeys(r["facts"], "](javascript:x) `rm` \x00")},
    }[change]
    world.answer = lambda tool, arguments: odd(answer(tool, arguments))
    report = await drive.ask(QUESTION)
    assert report.outcome in ("inconclusive", "no_fault", "root_cause")
    assert change == "frames" or report.outcome == "inconclusive"


def test_it_knows_no_sandbox() -> None:
    shop = Path(package.__file__).parents[2] / "sandbox"
    names = {"cart", "checkout", "catalog", "frontend", "currency", "recommendation", "inventory", "0.1.0", "0.2.0"}
    names |= {f.parent.name for f in shop.glob("shop/base/services/*/*") if len(f.parent.name) > 4}
    for file in Path(package.__file__).parent.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        words = {w.lower() for t in texts for w in re.findall(r"[\w.-]+", t)}
        assert not words & (names), file
