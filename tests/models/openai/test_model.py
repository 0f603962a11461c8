"""Chat completions over real server-sent events: turns, calls, thinking, tokens."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from aisre_nb.errors import ModelOverloaded, ModelRefused
from aisre_nb.models.base import AssistantMessage, CallResult, ResultsMessage, ToolCall, UserMessage
from aisre_nb.models.pricing import Price

QUESTION = UserMessage("why?")


def _quiet(text: str) -> None:
    """Nobody looks on."""


def _results(*ids: str) -> ResultsMessage:
    return ResultsMessage(tuple(CallResult(id, f"result of {id}") for id in ids))


async def test_several_turns_with_parallel_calls_end_in_words(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [
        {"text": "First the alerts. ", "calls": [["a", "look", {"service": "x"}], ["b", "look", {}]]},
        {"text": "It was x."},
    ]
    asked, said = model(), list[str]()
    first = await asked.turn(ask(QUESTION), said.append)
    assert (first.stop, first.message.text, first.model) == ("tool_use", "First the alerts.", "small")
    assert first.message.calls == (ToolCall("a", "look", {"service": "x"}), ToolCall("b", "look", {}))
    assert len(said) > 1 and "".join(said) == "First the alerts. "
    last = await asked.turn(ask(QUESTION, first.message, _results("a", "b"), UserMessage("Go on.")), said.append)
    assert (last.stop, last.message.text, last.message.calls) == ("end_turn", "It was x.", ())
    sent = chat.requests[-1]
    assert [m["role"] for m in sent["messages"]] == ["system", "user", "assistant", "tool", "tool", "user"]
    assert sent["messages"][2]["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"service": "x"}'}
    assert sent["messages"][3] == {"role": "tool", "tool_call_id": "a", "content": "result of a"}
    assert [t["function"]["name"] for t in sent["tools"]] == ["look", "submit_report"]
    assert sent["stream"] is True and "tool_choice" not in sent


ONE = {"name": "look", "arguments": '{"service": "x"}'}
TWO = {"name": "look", "arguments": '{"service": "y"}'}


@pytest.mark.parametrize(
    "deltas",
    [
        [{"tool_calls": [{"id": "a", "function": ONE}]}, {"tool_calls": [{"id": "b", "function": TWO}]}],
        [{"tool_calls": [{"index": 0, "id": id, "function": call}]} for id, call in (("a", ONE), ("b", TWO))],
        [{"tool_calls": [{"index": 0, "id": "a", "function": ONE}, {"index": 1, "id": "a", "function": TWO}]}],
        [{"tool_calls": [{"index": 0, "function": ONE}, {"index": 0, "function": TWO}]}],
        [{"tool_calls": [{"function": ONE}, {"function": TWO}]}],
        [{"tool_calls": [{"id": "", "function": {**ONE, "arguments": {"service": "x"}}}, {"function": TWO}]}],
        [{"tool_calls": [{"index": 0, "id": "a", "function": {**ONE, "arguments": json.dumps(ONE["arguments"])}},
                         {"index": 1, "id": None, "function": TWO}]}],
        [{"tool_calls": [{"index": 0, "id": "a", "function": {"name": "look", "arguments": '{"serv'}}]},
         {"tool_calls": [{"index": 1, "id": "b", "function": {"name": "look", "arguments": None}}]},
         {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "look", "arguments": 'ice": "x"}'}}]},
         {"tool_calls": [{"index": 1, "function": {"arguments": '{"service": "y"}'}}, None, {"index": "?"}]}],
    ],
    ids=["no index", "all index 0", "one id twice", "no ids, index 0", "neither", "an object", "JSON of JSON", "mixed"],
)  # fmt: skip
async def test_calls_are_put_together_however_they_are_cut(
    chat: Any, model: Any, ask: Any, deltas: list[dict[str, Any]]
) -> None:
    # Servers say "stop" behind calls, too.
    chat.script += [{"deltas": deltas, "finish": "stop"}]
    turn = await model().turn(ask(QUESTION), _quiet)
    assert turn.stop == "tool_use"
    assert [(c.name, dict(c.arguments)) for c in turn.message.calls] == [
        ("look", {"service": "x"}),
        ("look", {"service": "y"}),
    ]
    assert len({c.id for c in turn.message.calls}) == 2 and all(c.id for c in turn.message.calls)


async def test_ids_that_a_server_gives_in_each_turn_anew_stay_apart(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"calls": [["call_0", "look", {}]]}, {"calls": [["call_0", "look", {}], ["", "look", {}]]}]
    asked = model()
    first = await asked.turn(ask(QUESTION), _quiet)
    second = await asked.turn(ask(QUESTION, first.message, _results("call_0")), _quiet)
    assert len({"call_0", *(c.id for c in second.message.calls)}) == 3


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_what_it_thinks_is_no_answer(chat: Any, model: Any, ask: Any, field: str) -> None:
    chat.script += [{"reasoning": [field, "Hmm, the cart."], "text": "<think>Or not?\n</think>\n\nIt is the cart."}]
    said: list[str] = []
    turn = await model().turn(ask(QUESTION), said.append)
    assert "".join(said) == turn.message.text == "It is the cart."
    assert turn.message.raw == ({"type": "openai.reasoning", "text": "Hmm, the cart.Or not?\n"},)


async def test_thinking_that_the_template_began_ends_before_the_answer(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"text": "So it is y. </think> It is y."}]
    assert (await model().turn(ask(QUESTION), _quiet)).message.text == "It is y."


async def test_what_it_thought_goes_back_where_the_server_demands_it(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [
        {"reasoning": ["reasoning_content", "Hmm."], "calls": [["a", "look", {}]]},
        {"status": 400, "error": {"message": "Missing `reasoning_content` field in the assistant message"}},
        {"text": "Done."},
    ]
    asked = model()
    first = await asked.turn(ask(QUESTION), _quiet)
    await asked.turn(ask(QUESTION, first.message, _results("a")), _quiet)
    assert "reasoning_content" not in chat.requests[1]["messages"][2]
    assert chat.requests[2]["messages"][2]["reasoning_content"] == "Hmm."


async def test_tokens_are_the_servers_and_cost_what_was_said(chat: Any, model: Any, ask: Any) -> None:
    counted = {"prompt_tokens": 1000, "completion_tokens": 50, "prompt_tokens_details": {"cached_tokens": 400}}
    chat.script += [{"text": "x", "usage": counted}]
    turn = await model(price=Price(1.0, 4.0, 0.5, 1.0)).turn(ask(QUESTION), _quiet)
    usage = turn.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens) == (600, 50, 400)
    assert usage.cost_usd == pytest.approx(0.001) and not usage.estimated_tokens and not turn.notes


async def test_tokens_that_nobody_counted_are_estimated_and_it_is_said(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"text": "y" * 300, "usage": None}, {"text": "z", "usage": None}]
    asked = model()
    turn = await asked.turn(ask(QUESTION), _quiet)
    assert turn.usage.input_tokens > 50 and turn.usage.output_tokens == 100
    assert turn.usage.estimated_tokens == turn.usage.input_tokens + 100
    assert any("does not count tokens" in note for note in turn.notes)
    assert (await asked.turn(ask(QUESTION), _quiet)).notes == ()


async def test_a_gateways_own_bill_counts(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"text": "x", "usage": {"prompt_tokens": 9, "completion_tokens": 1, "cost": 0.25}}]
    assert (await model().turn(ask(QUESTION), _quiet)).usage.cost_usd == 0.25


async def test_a_server_that_does_not_stream_is_read_all_the_same(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"text": "Look.", "calls": [["a", "look", {"service": "x"}]], "whole": True}]
    turn = await model().turn(ask(QUESTION), _quiet)
    assert (turn.message.text, turn.message.calls) == ("Look.", (ToolCall("a", "look", {"service": "x"}),))


async def test_comments_and_line_separators_inside_of_json_are_no_ends(chat: Any, model: Any, ask: Any) -> None:
    delta = {"choices": [{"delta": {"content": "a\u2028b\x85c"}, "finish_reason": "stop"}]}
    text = json.dumps(delta, ensure_ascii=False)
    half = text.index('"delta"')
    # An event of two lines is one text with an end of line between them, which JSON does not mind.
    chat.script += [{"events": [": PROCESSING", f"data: {text[:half]}\r\ndata: {text[half:]}\r", "data: [DONE]"]}]
    assert (await model().turn(ask(QUESTION), _quiet)).message.text == "a\u2028b\x85c"


async def test_the_last_words_force_the_report(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"calls": [["a", "submit_report", {}]]}]
    said = AssistantMessage("Look.", (ToolCall("a", "look", {}),))
    await model().turn(ask(QUESTION, said, _results("a"), final=True), _quiet)
    assert chat.requests[-1]["tool_choice"]["function"]["name"] == "submit_report"
    assert chat.requests[-1]["messages"][-1]["role"] == "user"


async def test_a_turn_that_is_cut_off_at_its_limit_keeps_the_calls_that_are_whole(
    chat: Any, model: Any, ask: Any
) -> None:
    chat.script += [
        {"calls": [["a", "look", {}], ["b", "look", '{"serv']], "finish": "length"},
        {"text": "x", "finish": "length"},
    ]
    turn = await model().turn(ask(QUESTION), _quiet)
    assert [c.id for c in turn.message.calls] == ["a"]
    assert (await model().turn(ask(QUESTION), _quiet)).stop == "max_tokens"


async def test_a_filtered_answer_is_a_refusal(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"text": "", "finish": "content_filter"}, {"deltas": [{"refusal": "I will not."}]}]
    asked = model()
    with pytest.raises(ModelRefused, match="filter"):
        await asked.turn(ask(QUESTION), _quiet)
    with pytest.raises(ModelRefused, match="I will not"):
        await asked.turn(ask(QUESTION), _quiet)


async def test_a_stop_ends_the_turn_at_once(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"text": "slow", "stall_after": 1}]
    task = asyncio.ensure_future(model().turn(ask(QUESTION), _quiet))
    await asyncio.to_thread(chat.asked.wait, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 1)


async def test_a_stall_is_tried_again_and_then_told(chat: Any, model: Any, ask: Any) -> None:
    from aisre_nb.models.backoff import Backoff

    chat.script += [{"text": "slow", "stall_after": 1}] * 2
    with pytest.raises(ModelOverloaded, match="stalled"):
        await model(stall_seconds=0.2, backoff=Backoff(tries=2, first=0.01)).turn(ask(QUESTION), _quiet)
    assert len(chat.requests) == 2
