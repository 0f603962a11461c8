"""Models that cannot call tools write their calls as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aisre_nb.models.base import CallResult, ResultsMessage, ToolCall, ToolSpec, UserMessage
from aisre_nb.models.openai.prompted import read, schema

QUESTION = UserMessage("why?")
NO_TOOLS = (400, {"message": "registry.ollama.ai/library/gemma:2b does not support tools", "type": "api_error"})
STEP = '{"say": "First the alerts.", "calls": [{"tool": "look", "arguments": {"service": "x"}}]}'


def _quiet(text: str) -> None:
    """Nobody looks on."""


async def test_a_model_without_tools_is_held_to_a_schema(chat: Any, model: Any, ask: Any) -> None:
    chat.refuses["tools"] = NO_TOOLS
    chat.script += [{"text": STEP}, {"text": '{"say": "It was x.", "calls": []}'}]
    asked, said = model(), list[str]()
    turn = await asked.turn(ask(QUESTION), said.append)
    assert (turn.message.text, turn.stop) == ("First the alerts.", "tool_use")
    assert [(c.name, dict(c.arguments)) for c in turn.message.calls] == [("look", {"service": "x"})]
    assert "".join(said) == "First the alerts." and any("no tool calling" in note for note in turn.notes)
    result = ResultsMessage((CallResult(turn.message.calls[0].id, "5 % fail"),))
    last = await asked.turn(ask(QUESTION, turn.message, result), _quiet)
    assert (last.message.text, last.stop, last.notes) == ("It was x.", "end_turn", ())
    assert len(chat.requests) == 3 and "tools" not in chat.requests[-1]
    sent = chat.requests[-1]
    assert [m["role"] for m in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert json.loads(sent["messages"][2]["content"]) == json.loads(STEP)
    assert sent["messages"][3]["content"] == "Result of look:\n5 % fail"
    assert '"tool":"look"' in sent["messages"][0]["content"]
    assert sent["response_format"]["json_schema"]["schema"]["required"] == ["say", "calls"]


@pytest.mark.parametrize(
    "told",
    [
        '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
        "tools param requires --jinja flag",
        "No endpoints found that support tool use.",
    ],
)
async def test_the_refusals_of_other_servers_are_known(chat: Any, model: Any, ask: Any, told: str) -> None:
    chat.refuses["tools"] = (500 if "jinja" in told else 404 if "endpoints" in told else 400, {"message": told})
    chat.script += [{"text": STEP}]
    assert (await model().turn(ask(QUESTION), _quiet)).message.calls


async def test_without_schemas_it_is_only_told_and_gets_one_repair(chat: Any, model: Any, ask: Any) -> None:
    chat.refuses["response_format"] = (400, {"message": "response_format is not supported"})
    chat.script += [{"text": f"Sure! {STEP}"}, {"text": f"<think>JSON alone.</think>```json\n{STEP}\n```"}]
    turn = await model(tools=False).turn(ask(QUESTION), _quiet)
    assert [c.name for c in turn.message.calls] == ["look"] and len(chat.requests) == 3
    assert "could not be read: it is not JSON alone" in chat.requests[-1]["messages"][-1]["content"]
    assert "tools" not in chat.requests[0]


async def test_what_stays_unreadable_is_words(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"text": "I think it is x."}] * 2
    turn = await model(tools=False).turn(ask(QUESTION), _quiet)
    assert (turn.message.text, turn.message.calls, turn.stop) == ("I think it is x.", (), "end_turn")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", "x", STEP + STEP, '{"say": 1}', '{"calls": {}}', '{"calls": ["look"]}', '{"calls": [{}]}',
     '{"calls": [{"tool": "look", "arguments": "x"}]}', '{"calls": [{"tool": "look", "more": 1}]}',
     '{"say": "x", "result": 1}', "[" * 100_000],
)  # fmt: skip
def test_an_answer_is_read_strictly(text: str) -> None:
    with pytest.raises(ValueError):
        read(text)


def test_a_call_needs_no_arguments() -> None:
    assert read('{"calls": [{"tool": "look"}]}') == ("", [ToolCall("", "look", {})])


def test_the_schema_keeps_each_tools_definitions_apart() -> None:
    own = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"items": {"$ref": "#/$defs/B"}}, "B": {}},
    }
    found = schema([ToolSpec("one", "", own), ToolSpec("two", "", {**own, "$defs": {"A": {"type": "string"}}})])
    assert set(found["$defs"]) == {"one.A", "one.B", "two.A"}
    assert found["$defs"]["one.A"]["items"]["$ref"] == "#/$defs/one.B"
    calls = found["properties"]["calls"]["items"]["anyOf"]
    assert [c["properties"]["tool"]["const"] for c in calls] == ["one", "two"]
    assert calls[1]["properties"]["arguments"]["properties"]["a"]["$ref"] == "#/$defs/two.A"
    assert "$defs" not in calls[0]["properties"]["arguments"]
