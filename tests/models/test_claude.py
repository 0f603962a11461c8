"""Claude over real server-sent events: turns, calls, thinking, limits, cancelling."""

from __future__ import annotations

import asyncio
import copy
import json
import time
from typing import Any

import pytest

from aisre_nb.errors import ContextFull, ModelRefused
from aisre_nb.models.base import (
    AssistantMessage,
    CallResult,
    ResultsMessage,
    ToolCall,
    Turn,
    UserMessage,
)

QUESTION = UserMessage("why?")


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _call(id: str, **input: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": id, "name": "look", "input": input}


def _thinking(text: str, signature: str) -> dict[str, Any]:
    return {"type": "thinking", "thinking": text, "signature": signature}


def _results(*ids: str) -> ResultsMessage:
    return ResultsMessage(tuple(CallResult(id, f"result of {id}") for id in ids))


async def test_several_turns_with_calls_end_in_words(api: Any, claude: Any, ask: Any) -> None:
    api.script += [
        {"blocks": [_text("First the alerts. "), _call("a", service="x")], "stop": "tool_use"},
        {"blocks": [_call("b")], "stop": "tool_use"},
        {"blocks": [_text("It was x.")], "stop": "end_turn"},
    ]
    model, said = claude(), list[str]()
    first = await model.turn(ask(QUESTION), said.append)
    assert (first.stop, first.message.text, first.model) == ("tool_use", "First the alerts.", "claude-opus-5-5")
    assert first.message.calls == (ToolCall("a", "look", {"service": "x"}),)
    assert len(said) > 2 and "".join(said) == "First the alerts. "
    second = await model.turn(ask(QUESTION, first.message, _results("a")), said.append)
    assert second.message.calls == (ToolCall("b", "look", {}),)
    last = await model.turn(ask(QUESTION, first.message, _results("a"), second.message, _results("b")), said.append)
    assert (last.stop, last.message.text, last.message.calls) == ("end_turn", "It was x.", ())
    sent = api.requests[-1]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "user", "assistant", "user"]
    assert sent[2]["content"] == [{"type": "tool_result", "tool_use_id": "a", "content": "result of a"}]


async def test_parallel_calls_come_in_order_and_their_results_go_back_in_one_message(
    api: Any, claude: Any, ask: Any
) -> None:
    api.script += [
        {"blocks": [_call("a", service="x"), _call("b", service="y"), _call("c")], "stop": "tool_use"},
        {"blocks": [_text("Done.")]},
    ]
    model = claude()
    turn = await model.turn(ask(QUESTION), lambda _: None)
    assert [(call.id, dict(call.arguments)) for call in turn.message.calls] == [
        ("a", {"service": "x"}), ("b", {"service": "y"}), ("c", {}),
    ]  # fmt: skip
    failed = ResultsMessage((*_results("a", "b").results, CallResult("c", "it broke", is_error=True)))
    await model.turn(ask(QUESTION, turn.message, failed, UserMessage("Go on.")), lambda _: None)
    back = api.requests[-1]["messages"][-1]
    assert [block["type"] for block in back["content"]] == ["tool_result"] * 3 + ["text"]
    assert [block.get("is_error", False) for block in back["content"]] == [False, False, True, False]


async def test_thinking_is_handed_back_byte_for_byte(api: Any, claude: Any, ask: Any) -> None:
    blocks = [
        _thinking("", "EqoBCkgIARABGAIiQ+/=="),
        {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix/LafPsn4a"},
        _thinking("Näxt: „logs“ \u2028 then \\n", "bound"),
        {**_text("Look."), "citations": None},
        {**_call("a", service="x", nested={"b": [1, 2.5, None]}), "caller": {"type": "direct"}},
        {"type": "something_new", "data": {"kept": [True]}},
    ]
    api.script += [{"blocks": copy.deepcopy(blocks), "stop": "tool_use"}, {"blocks": [_text("Done.")]}]
    model = claude()
    turn = await model.turn(ask(QUESTION), lambda _: None)
    kept = json.loads(json.dumps(turn.message.raw))
    assert kept[2].pop("signature").startswith("bound:") and blocks[2].pop("signature")
    assert kept == blocks
    await model.turn(ask(QUESTION, turn.message, _results("a")), lambda _: None)
    assert api.requests[-1]["messages"][1]["content"] == list(turn.message.raw)


async def test_notes_between_calls_are_the_turns_text(api: Any, claude: Any, ask: Any) -> None:
    blocks = [_thinking("", "s1"), _thinking("First the metrics.", "s2"), _call("a")]
    api.script += [{"blocks": blocks, "stop": "tool_use"}]
    said: list[str] = []
    turn = await claude().turn(ask(QUESTION), said.append)
    assert turn.message.text == "".join(said) == "First the metrics."
    assert api.requests[0]["thinking"] == {"type": "adaptive", "display": "updates"}
    assert "thinking-display-updates" in api.headers[0]["anthropic-beta"]


async def test_a_model_that_knows_no_notes_is_asked_without_them(api: Any, claude: Any, ask: Any) -> None:
    api.script += [{"blocks": [_thinking("Hidden.", "s"), _text("Seen.")]}, {"blocks": [_text("Again.")]}]
    model, said = claude("claude-opus-5"), list[str]()
    turn = await model.turn(ask(QUESTION), said.append)
    assert turn.message.text == "Seen." and "".join(said) == "Seen."
    await model.turn(ask(QUESTION), said.append)
    assert [request["thinking"] for request in api.requests] == [
        {"type": "adaptive", "display": "updates"}, {"type": "adaptive"}, {"type": "adaptive"},
    ]  # fmt: skip


async def test_a_conversation_that_was_cut_goes_on_without_the_thinking_it_no_longer_fits(
    api: Any, claude: Any, ask: Any
) -> None:
    api.script += [
        {"blocks": [_thinking("", "bound"), _call("a")], "stop": "tool_use"},
        {"blocks": [_thinking("", "bound"), _call("b")], "stop": "tool_use"},
        {"blocks": [_text("Done.")]},
        {"blocks": [_text("Still.")]},
    ]
    model = claude()
    one = await model.turn(ask(QUESTION), lambda _: None)
    two = await model.turn(ask(QUESTION, one.message, _results("a")), lambda _: None)
    cut = ResultsMessage((CallResult("a", "[cut to save room]"),))
    told = ask(QUESTION, one.message, cut, two.message, _results("b"))
    assert (await model.turn(told, lambda _: None)).message.text == "Done."
    assert "block_binding" not in api.requests[2]["thinking"]
    assert api.requests[3]["thinking"]["block_binding"] == {"prefix_mismatch_behavior": "drop_block"}
    await model.turn(told, lambda _: None)
    assert len(api.requests) == 5


async def test_the_cache_is_asked_for_and_its_tokens_and_money_are_counted(api: Any, claude: Any, ask: Any) -> None:
    usage = {"input_tokens": 10, "output_tokens": 1000, "cache_read_input_tokens": 1_000_000}
    api.script += [{"blocks": [_text("x")], "usage": {**usage, "cache_creation_input_tokens": 2000}}]
    turn = await claude().turn(ask(QUESTION), lambda _: None)
    request = api.requests[0]
    assert request["cache_control"] == {"type": "ephemeral"}
    assert request["system"][0]["cache_control"] == {"type": "ephemeral"}
    counted = turn.usage
    assert (counted.input_tokens, counted.output_tokens) == (10, 1000)
    assert (counted.cache_read_tokens, counted.cache_write_tokens) == (1_000_000, 2000)
    assert counted.cost_usd == pytest.approx(10 * 4e-6 + 1000 * 20e-6 + 0.2 + 2000 * 5e-6)


async def test_what_was_sent_is_sent_again_unchanged(api: Any, claude: Any, ask: Any) -> None:
    api.script += [{"blocks": [_call("a")], "stop": "tool_use"}, {"blocks": [_text("x")]}]
    model = claude(effort="high")
    turn = await model.turn(ask(QUESTION), lambda _: None)
    await model.turn(ask(QUESTION, turn.message, _results("a")), lambda _: None)
    first, second = api.requests
    assert second["messages"][:1] == first["messages"]
    assert {k: v for k, v in second.items() if k != "messages"} == {k: v for k, v in first.items() if k != "messages"}
    assert first["output_config"] == {"effort": "high"} and first["tool_choice"] == {"type": "auto"}


async def test_the_limit_on_output_keeps_whole_calls_and_drops_the_one_that_was_cut(
    api: Any, claude: Any, ask: Any
) -> None:
    half = {"type": "tool_use", "id": "b", "name": "look", "json": '{"service": "x", "more": ['}
    api.script += [
        {"blocks": [_call("a"), half], "stop": "max_tokens"},
        {"blocks": [_text("Half a se"), _thinking("", "s")], "stop": "max_tokens"},
    ]
    model = claude(max_tokens=500)
    turn = await model.turn(ask(QUESTION), lambda _: None)
    assert turn.stop == "max_tokens" and [call.id for call in turn.message.calls] == ["a"]
    assert [block["id"] for block in turn.message.raw] == ["a"]
    assert api.requests[0]["max_tokens"] == 500
    turn = await model.turn(ask(QUESTION), lambda _: None)
    assert [block["type"] for block in turn.message.raw] == ["text"]


async def test_nothing_but_thinking_before_the_limit_leaves_a_conversation_that_goes_on(
    api: Any, claude: Any, ask: Any
) -> None:
    api.script += [{"blocks": [_thinking("", "s")], "stop": "max_tokens"}, {"blocks": [_text("x")]}]
    model = claude()
    turn = await model.turn(ask(QUESTION), lambda _: None)
    assert turn.message == AssistantMessage("")
    await model.turn(ask(QUESTION, turn.message, UserMessage("Go on.")), lambda _: None)
    assert [message["role"] for message in api.requests[-1]["messages"]] == ["user"]


async def test_a_pause_hands_back_what_was_said(api: Any, claude: Any, ask: Any) -> None:
    api.script += [{"blocks": [_text("Wait")], "stop": "pause_turn"}, {"blocks": [_text("Done.")]}]
    model = claude()
    turn = await model.turn(ask(QUESTION), lambda _: None)
    assert turn.stop == "pause"
    await model.turn(ask(QUESTION, turn.message), lambda _: None)
    assert api.requests[-1]["messages"][-1] == {"role": "assistant", "content": [_text("Wait")]}


async def test_a_refusal_is_one_line_with_its_reason(api: Any, claude: Any, ask: Any) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "It looks like an exploit."}
    api.script += [{"blocks": [], "stop": "refusal", "details": details}]
    with pytest.raises(ModelRefused, match=r"declined to go on: cyber: It looks like an exploit.*%sre model builtin"):
        await claude().turn(ask(QUESTION), lambda _: None)
    assert len(api.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"blocks": [_text("Half")], "stop": "model_context_window_exceeded"},
        {"status": 400, "error": {"type": "invalid_request_error", "message": "prompt is too long: 1000001 tokens"}},
        {"status": 413, "error": {"type": "request_too_large", "message": "Request exceeds the maximum size"}},
    ],
    ids=["while answering", "before", "bytes"],
)
async def test_a_full_context_is_named(api: Any, claude: Any, ask: Any, answer: dict[str, Any]) -> None:
    api.script += [answer]
    with pytest.raises(ContextFull, match="%sre reset"):
        await claude().turn(ask(QUESTION), lambda _: None)
    assert len(api.requests) == 1


async def _last(model: Any, ask: Any, tools: Any = None) -> Turn:
    asked = AssistantMessage("", (ToolCall("a", "look", {}),))
    changes = {} if tools is None else {"tools": tools}
    turn: Turn = await model.turn(ask(QUESTION, asked, _results("a"), final=True, **changes), lambda _: None)
    return turn


async def test_the_last_turn_forces_the_report_where_the_model_can_stop_thinking(
    api: Any, claude: Any, ask: Any
) -> None:
    report = {"type": "tool_use", "id": "r", "name": "submit_report", "input": {"outcome": "inconclusive"}}
    api.script += [{"blocks": [report], "stop": "tool_use"}]
    turn = await _last(claude("claude-opus-5"), ask)
    assert turn.message.calls[0].name == "submit_report"
    assert api.requests[0]["tool_choice"] == {"type": "tool", "name": "submit_report"}
    assert api.requests[0]["thinking"] == {"type": "disabled"}
    assert api.requests[0]["messages"][-1]["content"][-1]["text"].startswith("A limit is reached")


async def test_the_last_turn_asks_in_words_where_the_model_always_thinks(api: Any, claude: Any, ask: Any) -> None:
    api.script += [{"blocks": [_text("x")]}, {"blocks": [_text("x")]}]
    model = claude()
    await _last(model, ask)
    assert len(api.requests) == 1 and api.requests[0]["tool_choice"] == {"type": "auto"}
    assert "submit_report now" in api.requests[0]["messages"][-1]["content"][-1]["text"]
    await _last(model, ask, tools=[])
    assert api.requests[1]["messages"][-1]["content"][-1]["type"] == "tool_result"


async def test_a_list_of_models_that_says_too_much_does_not_break_the_last_turn(
    api: Any, claude: Any, ask: Any
) -> None:
    refused = {"type": "invalid_request_error", "message": "tool_choice: forced tool use is not supported"}
    api.script += [{"status": 400, "error": refused}, {"blocks": [_text("x")]}]
    await _last(claude("claude-opus-5"), ask)
    kinds = [(request["tool_choice"]["type"], request["thinking"]["type"]) for request in api.requests]
    assert kinds[0] == ("tool", "disabled") and kinds[-1] == ("auto", "adaptive")


@pytest.mark.parametrize(
    "answer", [{"stall_after": 3}, {"pause": 0.05}, {"status": 529}], ids=["stall", "text", "wait"]
)
async def test_cancelling_takes_less_than_half_a_second(
    api: Any, claude: Any, ask: Any, answer: dict[str, Any]
) -> None:
    from aisre_nb.models.backoff import Backoff

    answer = {
        "blocks": [_text("A long answer. " * 200)],
        "error": {"type": "overloaded_error", "message": "x"},
        **answer,
    }
    api.script += [answer]
    model = claude(backoff=Backoff(first=60, longest=60))
    task = asyncio.ensure_future(model.turn(ask(QUESTION), lambda _: None))
    assert await asyncio.to_thread(api.asked.wait, 5)
    await asyncio.sleep(0.2)
    start = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - start < 0.5
