"""What a server that fails means: one line for the user, a further try, or something less in the next request."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from aisre_nb.errors import ContextFull, ModelError, ModelOverloaded, ModelUnavailable
from aisre_nb.models.base import UserMessage

QUESTION = UserMessage("why?")
KEY = "sk-very-secret-0123456789"


def _quiet(text: str) -> None:
    """Nobody looks on."""


async def test_a_wrong_key_is_named_by_its_variable_and_never_shown(chat: Any, model: Any, ask: Any) -> None:
    chat.key = "another"
    asked = model(key=KEY, key_env="HOUSE_API_KEY")
    with pytest.raises(ModelUnavailable, match=r"refuses the key: .*→ set HOUSE_API_KEY") as caught:
        await asked.turn(ask(QUESTION), _quiet)
    # This server repeats the key in its error.
    assert KEY not in str(caught.value) and "[key]" in str(caught.value)
    assert KEY not in repr(asked.endpoint) and len(chat.requests) == 0


async def test_a_model_that_is_not_there_is_told_with_near_names(chat: Any, model: Any, ask: Any) -> None:
    chat.models = [{"id": name} for name in ("qwen3:8b", "llama4:scout", "gemma4:12b")]
    with pytest.raises(ModelUnavailable, match=r"no model 'qwen3'.*there are qwen3:8b"):
        await model("qwen3").turn(ask(QUESTION), _quiet)


@pytest.mark.parametrize("said", ["Invalid model name passed in model=qwen3.", "qwen3 is not a valid model ID"])
async def test_gateways_say_so_with_another_status(chat: Any, model: Any, ask: Any, said: str) -> None:
    chat.models = [{"id": "qwen3:8b"}, {"id": "qwen3"}]
    chat.script += [{"status": 400, "error": {"message": said}}]
    with pytest.raises(ModelUnavailable, match="has no model 'qwen3'"):
        await model("qwen3").turn(ask(QUESTION), _quiet)


async def test_a_path_that_is_not_there_points_at_the_address(chat: Any, model: Any, ask: Any) -> None:
    with pytest.raises(ModelUnavailable, match="ends in /v1"):
        await model(base_url=chat.root).turn(ask(QUESTION), _quiet)


async def test_a_page_that_is_no_completion_points_at_the_address(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"status": 200, "body": "<html><h1>Welcome</h1></html>"}]
    with pytest.raises(ModelUnavailable, match=r"something else than a completion: Welcome .*base_url"):
        await model().turn(ask(QUESTION), _quiet)


async def test_a_redirect_is_not_followed(chat: Any, model: Any, ask: Any) -> None:
    to = {"location": "https://elsewhere.example/v1/chat/completions"}
    chat.script += [{"status": 307, "body": "", "headers": to}]
    with pytest.raises(ModelUnavailable, match=r"redirects to elsewhere\.example, which is not followed"):
        await model(key=KEY).turn(ask(QUESTION), _quiet)
    assert len(chat.requests) == 1


@pytest.mark.parametrize(
    "first",
    [
        {"status": 429, "error": {"message": "slow down"}, "headers": {"retry-after": "0"}},
        {"status": 503, "body": "<html>Bad gateway</html>"},
        {"status": 500, "error": "llama runner process has terminated"},
        {"text": "It was", "cut_after": 2},
        {"text": "It was", "cut_after": 2, "chunked": True},
        {"events": ['data: {"error": {"message": "overloaded", "code": 503}}']},
        {"events": ["data: {not json"]},
        {"events": ['data: {"choices": "none"}']},
        {"events": ['data: {"choices": [{"delta": {"content": "x"}}]}']},
        {"text": ""},
        {"text": "<think>only thoughts</think>"},
    ],
    ids=["429", "503", "500", "cut", "cut in a chunk", "an error", "no JSON", "choices", "no end", "empty", "thoughts"],
)  # fmt: skip
async def test_what_passes_is_tried_again(chat: Any, model: Any, ask: Any, first: dict[str, Any]) -> None:
    chat.script += [first, {"text": "It was x."}]
    said: list[str] = []
    turn = await model().turn(ask(QUESTION), said.append)
    assert turn.message.text == "It was x." and "trying again" in "".join(said)
    assert len(chat.requests) == 2


async def test_what_does_not_pass_ends_in_one_line(chat: Any, model: Any, ask: Any) -> None:
    from aisre_nb.models.backoff import Backoff

    chat.script += [{"status": 500, "error": {"message": "out of memory"}}] * 2
    with pytest.raises(ModelOverloaded, match=r"server error \(500\): out of memory") as caught:
        await model(backoff=Backoff(tries=2, first=0.01)).turn(ask(QUESTION), _quiet)
    assert "\n" not in str(caught.value)
    chat.script += [{"status": 429, "error": {"message": "wait"}, "headers": {"retry-after": "3600"}}]
    with pytest.raises(ModelOverloaded, match="asks to wait 3600 s"):
        await model().turn(ask(QUESTION), _quiet)
    chat.script += [
        {"status": 429, "error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}
    ]
    with pytest.raises(ModelUnavailable, match="no budget is left"):
        await model().turn(ask(QUESTION), _quiet)
    chat.script += [{"status": 400, "error": {"message": "temperature is out of range"}}]
    with pytest.raises(ModelError, match="refuses the request: temperature"):
        await model().turn(ask(QUESTION), _quiet)


async def test_nobody_at_the_address_is_told_at_once(model: Any, ask: Any) -> None:
    from aisre_nb.models.backoff import Backoff

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.monotonic()
    asked = model(base_url=f"http://127.0.0.1:{port}/v1", backoff=Backoff(tries=2, first=0.01))
    with pytest.raises(ModelUnavailable, match=rf"127\.0\.0\.1:{port} cannot be reached: .*start it"):
        await asked.turn(ask(QUESTION), _quiet)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("stream_options", "Unrecognized request argument supplied: stream_options"),
        ("max_tokens", "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."),
        ("tool_choice", "tool_choice is not supported by this model"),
    ],
)
async def test_what_it_does_not_take_is_left_out_from_then_on(
    chat: Any, model: Any, ask: Any, field: str, told: str
) -> None:
    chat.refuses[field] = (400, {"message": told})
    chat.script += [{"text": "x"}, {"text": "y"}]
    asked = model()
    await asked.turn(ask(QUESTION, final=True), _quiet)
    await asked.turn(ask(QUESTION, final=True), _quiet)
    assert [field in body for body in chat.requests] == [True, False, False]
    assert ("max_completion_tokens" in chat.requests[-1]) == (field == "max_tokens")


async def test_ids_are_made_short_for_templates_that_want_nine_letters(chat: Any, model: Any, ask: Any) -> None:
    from aisre_nb.models.base import AssistantMessage, CallResult, ResultsMessage, ToolCall

    said = AssistantMessage("", (ToolCall("chatcmpl-tool-1", "look", {}),))
    results = ResultsMessage((CallResult("chatcmpl-tool-1", "x"),))
    told = "Tool call id was chatcmpl-tool-1 but must be a-z, A-Z, 0-9, with a length of 9."
    chat.script += [{"status": 400, "error": {"message": told}}, {"text": "x"}]
    await model().turn(ask(QUESTION, said, results), _quiet)
    sent = chat.requests[-1]["messages"]
    assert len(sent[2]["tool_calls"][0]["id"]) == 9 and sent[2]["tool_calls"][0]["id"] == sent[3]["tool_call_id"]


async def test_arguments_that_are_no_json_go_back_once(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [
        {"calls": [["a", "look", "{service: x}"], ["b", "look", {"service": "y"}]]},
        {"calls": [["a", "look", {"service": "x"}], ["b", "look", {"service": "y"}]]},
    ]
    turn = await model().turn(ask(QUESTION), _quiet)
    assert [dict(c.arguments) for c in turn.message.calls] == [{"service": "x"}, {"service": "y"}]
    back = chat.requests[1]["messages"][-2:]
    assert "no JSON object" in back[0]["content"] and back[1]["role"] == "tool"
    assert turn.usage.input_tokens == 200


async def test_arguments_that_stay_wrong_are_no_call(chat: Any, model: Any, ask: Any) -> None:
    chat.script += [{"calls": [["a", "look", "[1]"]]}] * 2
    turn = await model().turn(ask(QUESTION), _quiet)
    assert (turn.stop, turn.message.calls) == ("end_turn", ()) and "not called" in turn.message.text
    assert len(chat.requests) == 2


async def test_what_does_not_fit_is_shortened_once(chat: Any, model: Any, ask: Any) -> None:
    from aisre_nb.models.base import AssistantMessage, CallResult, ResultsMessage, ToolCall

    chat.window = 4000
    calls = tuple(ToolCall(f"c{n}", "look", {}) for n in range(4))
    log = "\n".join(f"line {n} of a log that nobody wants to read to its end" for n in range(200))
    results = ResultsMessage(tuple(CallResult(c.id, f"<result m tool=look>\n{log}\n</result m>") for c in calls))
    chat.script += [{"text": "It fits."}]
    asked = model()
    turn = await asked.turn(ask(QUESTION, AssistantMessage("", calls), results), _quiet)
    assert turn.message.text == "It fits." and asked.window == 4000 and len(chat.requests) == 2
    assert any("4,000 tokens" in note for note in turn.notes)
    for message in chat.requests[-1]["messages"][3:]:
        assert message["content"].startswith("<result m tool=look>\nline 0 of") and "left out" in message["content"]
        assert message["content"].endswith("</result m>")


async def test_what_can_never_fit_says_what_would_help(chat: Any, model: Any, ask: Any) -> None:
    chat.window = 900
    with pytest.raises(ContextFull, match=r"900 tokens is too small: about 3,000 are needed.*context = N"):
        await model().turn(ask(UserMessage("why? " * 500)), _quiet)
    assert len(chat.requests) == 1
