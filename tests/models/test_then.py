"""A second model goes on where the first one fails for good."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.cli import main
from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.base import AssistantMessage, CallResult, ResultsMessage, ToolCall, Turn, TurnRequest, UserMessage
from aisre_nb.models.choose import choose, explain
from aisre_nb.models.then import Then


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    alert = {
        "labels": {"alertname": "HighErrorRate", "service": "billing", "severity": "critical"},
        "annotations": {"summary": "billing fails"},
        "startsAt": "2026-03-01T10:00:00Z", "endsAt": "2026-03-01T12:00:00Z", "fingerprint": "f1",
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
    }  # fmt: skip
    (folder / "alerts.json").write_text(json.dumps([alert]))
    (folder / "manifest.json").write_text(json.dumps({"now": "2026-03-01T11:00:00Z", "question": "?"}))
    return folder


class _Fixed:
    def __init__(self, name: str, answers: list[Turn | ModelUnavailable]) -> None:
        self.name = name
        self.answers = answers
        self.asked: list[TurnRequest] = []

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, ModelUnavailable):
            raise answer
        return answer

    async def close(self) -> None:
        """Nothing is open."""


def _said(text: str, signed: str = "") -> Turn:
    raw = ({"type": "thinking", "signature": signed},) if signed else ()
    return Turn(AssistantMessage(text, (ToolCall("t1", "look", {}),), raw), "tool_use")


async def test_the_next_one_gets_the_conversation_without_what_the_first_one_signed(ask: Any) -> None:
    first = _Fixed("a", [_said("Look.", "s1"), ModelUnavailable("the key is wrong")])
    second = _Fixed("b", [_said("On.", "s2"), _said("Done.")])
    both = Then([first, second])
    assert (both.name, both.names) == ("a", ("a", "b"))
    one = await both.turn(ask(), lambda _: None)
    talk = [UserMessage("why?"), one.message, ResultsMessage((CallResult("t1", "5 %"),))]
    told: list[str] = []
    two = await both.turn(ask(*talk), told.append)
    assert two.notes == ("a failed: the key is wrong: b goes on from here",) and "b goes on" in "".join(told)
    assert both.name == "a, then b"
    given = second.asked[0].messages
    assert given[1].text == "Look." and given[1].calls == one.message.calls and given[1].raw == ()
    three = await both.turn(ask(*talk, two.message, ResultsMessage((CallResult("t1", "6 %"),))), lambda _: None)
    # What it signed itself comes back to it as it was, and the first one is not asked again.
    assert second.asked[1].messages[3].raw == two.message.raw and three.notes == () and len(first.asked) == 2


async def test_when_all_fail_the_last_ones_words_are_told(ask: Any) -> None:
    both = Then([_Fixed("a", [ModelUnavailable("no a")]), _Fixed("b", [ModelUnavailable("no b")])])
    with pytest.raises(ModelUnavailable, match="no b"):
        await both.turn(ask(), lambda _: None)


async def test_a_model_without_a_key_makes_way_and_a_wrong_name_is_wrong_at_once(ask: Any) -> None:
    both = choose("openai:gpt-x", {}, {}, "builtin")
    assert explain(both).startswith("Model: openai:gpt-x; should it fail, builtin goes on")
    turn = await both.turn(ask(UserMessage("why?")), lambda _: None)
    assert "there is no key" in turn.notes[0] and turn.model == "builtin"
    for name, then in (("gpt-x", "builtin"), ("builtin", "claud")):
        with pytest.raises(ModelUnavailable, match="there is no model"):
            choose(name, {}, {}, then)


def test_the_built_in_investigator_goes_on_and_report_and_record_say_so(
    chat: Any, case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    chat.script = [
        {"text": "Alerts first.", "calls": [["a", "get_alerts", {}]]},
        {"status": 401, "error": {"message": "key expired"}},
    ]
    name = f"openai:small@{chat.url}"
    options = ["--case", str(case), "--model", name, "--then", "builtin", "--json"]
    status = main(["ask", "What is wrong with billing?", *options])
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert (status, found["outcome"]) == (0, "inconclusive") and "goes on from here" in told.err
    tools = [s["tool"] for s in found["steps"]]
    assert tools[0] == "get_alerts" and tools.count("get_alerts") == 1 and len(tools) > 1
    events = [json.loads(line) for line in (Path(found["record"]) / "events.jsonl").read_text().splitlines()]
    assert [e["model"] for e in events if e["type"] == "model_turn"][:2] == ["small", "builtin"]
    assert any("refuses the key: key expired: builtin goes on from here" in e.get("text", "") for e in events)
    report = next(e["report"] for e in events if e["type"] == "report")
    assert report["model"] == found["model"] == f"{name}, then builtin"


def test_the_bench_measures_nobody_else_in_the_place_of_a_model_without_a_key(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bench", "--suite", str(case.parent), "--model", "openai:gpt-x", "--then", "builtin"]) == 2
    assert "there is no key" in capsys.readouterr().err
