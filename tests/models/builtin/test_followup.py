"""Questions after a report."""

from __future__ import annotations

from typing import Any

import pytest

QUESTION = "There is an issue with the billing service, can you find the root cause?"


@pytest.fixture
async def asked(drive: Any) -> Any:
    await drive.ask(QUESTION)
    drive.before = len(drive.calls)
    return drive


def _new(drive: Any) -> list[tuple[str, Any]]:
    return [(c.name, c.arguments.get("service")) for c in drive.calls[drive.before :]]


async def test_which_deployment_is_answered_from_what_is_known(asked: Any) -> None:
    await asked.ask("Which deployment was it?")
    assert _new(asked) == [] and "billing 3.4.1 → 3.5.0" in asked.said and "(E7)" in asked.said


async def test_why_not_another_service_reads_its_signals_and_compares(asked: Any) -> None:
    await asked.ask("Why not the ledger?")
    assert _new(asked) == [("get_metrics", "ledger-service")]
    assert "ledger-service: neither errors nor latency rose" in asked.said and "billing" in asked.said


async def test_a_service_that_passes_errors_on_is_said_to_do_so(asked: Any) -> None:
    await asked.ask("storefront is failing, why?")
    await asked.ask("why not storefront?")
    assert "rose from" in asked.said


async def test_a_service_that_nobody_knows_is_said_to_be_unknown(asked: Any) -> None:
    await asked.ask("Why not the database?")
    assert _new(asked) == [] and "Nothing here is called database" in asked.said


async def test_health_of_another_service_is_looked_up(asked: Any) -> None:
    await asked.ask("Is the mailer healthy?")
    assert _new(asked) == [("get_metrics", "mailer")] and "mailer: neither" in asked.said


@pytest.mark.parametrize(
    ("question", "call"),
    [
        ("show me the logs of mailer", ("get_logs", "mailer")),
        ("Show the traces of storefront", ("get_traces", "storefront")),
        ("show the metrics of ledger-service", ("get_metrics", "ledger-service")),
        ("fetch the logs", ("get_logs", "billing")),
    ],
)
async def test_what_is_asked_for_is_fetched(asked: Any, question: str, call: tuple[str, str]) -> None:
    await asked.ask(question)
    assert _new(asked) == [call] and "(E" in asked.said


async def test_a_fetch_that_fails_is_said(asked: Any) -> None:
    asked.world.broken = {"get_logs": "the log store is down"}
    await asked.ask("show me the logs of mailer")
    assert "the log store is down" in asked.said


async def test_what_rules_cannot_answer_is_said_plainly(asked: Any) -> None:
    await asked.ask("Write a poem about it")
    assert _new(asked) == [] and "Without a language model" in asked.said


async def test_a_complaint_about_another_service_is_a_new_investigation(asked: Any, names: Any) -> None:
    asked.world.raised = {**asked.world.raised, "mailer": "error_rate"}
    report = await asked.ask("There is also an issue with the mailer, since 11:20")
    assert ("get_metrics", "mailer") in _new(asked) and len(asked.drafts) == 2
    assert report.root_cause.services


async def test_a_question_after_a_stop_goes_on_where_it_was(drive: Any) -> None:
    await drive.ask(QUESTION)
    cut = next(n for n, m in enumerate(drive.messages) if "get_logs" in str(getattr(m, "calls", "")))
    del drive.messages[cut:]
    drive.evidence = {k: v for k, v in drive.evidence.items() if v.tool not in ("get_logs", "pull_request")}
    drive.calls, drive.drafts = [], []
    report = await drive.ask("go on")
    assert report.outcome == "root_cause" and report.root_cause.services == ["billing"]
    assert not drive.made("get_metrics") and drive.made("get_logs")
