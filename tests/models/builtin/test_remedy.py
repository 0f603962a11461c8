"""A remedy that is asked for after a report: done, looked at, taken back where it harms."""

from __future__ import annotations

from typing import Any

import pytest

QUESTION = "There is an issue with the billing service, can you find the root cause?"
ACTS = ("rollback_deployment", "restart_deployment", "scale_deployment", "merge_pull_request", "undo_action", "verify")


@pytest.fixture
async def asked(drive: Any) -> Any:
    """After the report; ``verdicts`` are what each look finds, ``refused`` what a person says to an action."""
    drive.tools = (*drive.tools, *ACTS)
    await drive.ask(QUESTION)
    drive.before, drive.verdicts, drive.refused = len(drive.calls), [], {}

    def act(tool: str, arguments: Any) -> dict[str, Any]:
        if tool in drive.refused:
            raise LookupError(drive.refused[tool])
        if tool == "verify":
            return {"kind": "metrics", "facts": {"verdict": drive.verdicts.pop(0)}, "frame": None}
        undoes = {"undoes": arguments["step"]} if tool == "undo_action" else {}
        made = {"action": {"action": tool}, "service": arguments.get("service"), "undo": {"action": "back"}, **undoes}
        return {"kind": "table", "facts": made, "frame": None}

    reads = drive.world.answer
    drive.world.answer = lambda tool, arguments: act(tool, arguments) if tool in ACTS else reads(tool, arguments)
    return drive


def _new(drive: Any) -> list[tuple[str, Any]]:
    return [(c.name, dict(c.arguments)) for c in drive.calls[drive.before :]]


LOOK = ("verify", {"service": "billing", "minutes": 10})


async def test_the_first_investigation_never_acts(asked: Any) -> None:
    assert not {c.name for c in asked.calls} & set(ACTS)


async def test_a_rollback_that_is_asked_for_is_done_and_looked_at_until_it_is_well(asked: Any) -> None:
    asked.verdicts = ["improving", "recovered"]
    await asked.ask("Please roll billing back now")
    assert _new(asked) == [("rollback_deployment", {"service": "billing", "to": "3.4.1"}), LOOK, LOOK]
    assert asked.verdicts == [] and "(E" in asked.said


async def test_what_made_it_worse_is_proposed_to_be_taken_back_and_looked_at_again(asked: Any) -> None:
    asked.verdicts = ["worse", "recovered"]
    await asked.ask("restart billing")
    (_, _), (_, look), (undo, arguments), (again, _) = _new(asked)
    assert (look, undo, again) == (LOOK[1], "undo_action", "verify")
    done = next(e.id for e in asked.evidence.values() if e.tool == "restart_deployment")
    assert arguments["step"] == done


async def test_a_refused_undo_ends_it(asked: Any) -> None:
    asked.verdicts, asked.refused = ["worse"], {"undo_action": "Not run: rejected by ada: wait."}
    await asked.ask("scale billing to 6")
    assert [name for name, _ in _new(asked)] == ["scale_deployment", "verify", "undo_action"]
    assert _new(asked)[0][1]["replicas"] == 6 and "not taken back: Not run: rejected by ada: wait." in asked.said


async def test_a_refused_action_is_not_looked_at(asked: Any) -> None:
    asked.refused = {"merge_pull_request": "Not run: nobody approved it."}
    await asked.ask("merge pull request 2")
    assert _new(asked) == [("merge_pull_request", {"number": 2})]
    assert asked.said == "Nothing was done: Not run: nobody approved it."


@pytest.mark.parametrize("question", ["Did it help?", "Is it better now?", "Has billing recovered?"])
async def test_whether_it_helped_is_looked_up_without_acting(asked: Any, question: str) -> None:
    asked.verdicts = ["unchanged"]
    await asked.ask(question)
    assert _new(asked) == [LOOK]


async def test_a_look_that_fails_is_said(asked: Any) -> None:
    asked.refused = {"verify": "the metrics are gone"}
    await asked.ask("Did it help?")
    assert asked.said == "Whether it helped cannot be said: the metrics are gone"


async def test_asking_for_a_pull_request_is_no_action(asked: Any) -> None:
    await asked.ask("Open the rollback pull request again")
    assert not {name for name, _ in _new(asked)} & set(ACTS)


async def test_without_a_cluster_nothing_of_it_is_tried(drive: Any) -> None:
    await drive.ask(QUESTION)
    before = len(drive.calls)
    await drive.ask("Did it help?")
    assert [c.name for c in drive.calls[before:]] == []
