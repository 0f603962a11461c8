"""Every way in which the API fails: what is tried again, and the one line that is left."""

from __future__ import annotations

import time
from typing import Any

import pytest

from aisre_nb.errors import AisreError, ModelError, ModelOverloaded, ModelUnavailable
from aisre_nb.models.backoff import Backoff
from aisre_nb.models.claude import ClaudeModel

GOOD = {"blocks": [{"type": "text", "text": "The whole answer."}]}
OVERLOADED = {"type": "overloaded_error", "message": "Overloaded"}


def _status(status: int, kind: str, message: str = "no", **more: Any) -> dict[str, Any]:
    return {"status": status, "error": {"type": kind, "message": message, **more.pop("error", {})}, **more}


@pytest.mark.parametrize(
    ("failure", "word"),
    [
        (_status(529, "overloaded_error"), "overloaded"),
        (_status(500, "api_error"), "server error"),
        (_status(503, "api_error"), "server error"),
        (_status(429, "rate_limit_error"), "rate limit reached"),
        (_status(504, "timeout_error"), "it took too long"),
        ({**GOOD, "error_after": 4, "error": OVERLOADED}, "overloaded"),
        ({**GOOD, "error_after": 0, "error": {"type": "api_error", "message": "x"}}, "server error"),
        ({**GOOD, "cut_after": 4}, "the connection was cut"),
        ({**GOOD, "cut_after": 0}, "the connection was cut"),
        ({**GOOD, "cut_after": 4, "chunked": True}, "the connection was cut"),
        ({**GOOD, "stall_after": 4}, "stalled"),
        ({**GOOD, "stall_after": 0}, "stalled"),
        ({**GOOD, "garble_at": 4, "garble": '{"type":'}, "its answer cannot be read (JSONDecodeError)"),
        ({**GOOD, "garble_at": 2, "garble": '{"type": "ping"}'}, "its answer cannot be read (IndexError)"),
    ],
    ids=[
        "overloaded", "server error", "unavailable", "rate limit", "timeout", "error event", "first event", "cut",
        "cut at once", "cut in a chunk", "stall", "stall at once", "no JSON", "out of order",
    ],
)  # fmt: skip
async def test_it_is_tried_again_and_the_turn_holds_the_good_answer_alone(
    api: Any, claude: Any, ask: Any, failure: dict[str, Any], word: str
) -> None:
    api.script += [failure, GOOD]
    lines: list[str] = []
    model = claude(on_status=lines.append, stall_seconds=0.3)
    turn = await model.turn(ask(), lambda _: None)
    assert turn.message.text == "The whole answer." and len(turn.message.raw) == 1
    assert len(lines) == 1 and lines[0].startswith(f"{word}, trying again in 0.0") and lines[0].endswith("(2 of 5)")


async def test_it_gives_up_after_its_tries(api: Any, claude: Any, ask: Any) -> None:
    api.script += [_status(529, "overloaded_error", "Overloaded")] * 9
    with pytest.raises(ModelOverloaded, match=r"Claude: overloaded: Overloaded → ask again later"):
        await claude(backoff=Backoff(tries=3, first=0.01)).turn(ask(), lambda _: None)
    assert len(api.requests) == 3


async def test_a_stall_that_stays_is_named(api: Any, claude: Any, ask: Any) -> None:
    api.script += [{**GOOD, "stall_after": 3}] * 2
    with pytest.raises(ModelOverloaded, match="did not finish its answer: stalled"):
        await claude(stall_seconds=0.2, backoff=Backoff(tries=2, first=0.01)).turn(ask(), lambda _: None)


async def test_the_server_says_how_long_to_wait(api: Any, claude: Any, ask: Any) -> None:
    api.script += [_status(429, "rate_limit_error", headers={"retry-after": "0.4"}), GOOD]
    lines: list[str] = []
    start = time.monotonic()
    await claude(on_status=lines.append).turn(ask(), lambda _: None)
    assert time.monotonic() - start >= 0.4 and "trying again in 0.4 s" in lines[0]


async def test_nobody_waits_for_an_hour(api: Any, claude: Any, ask: Any) -> None:
    api.script += [_status(429, "rate_limit_error", headers={"retry-after": "3600"})]
    with pytest.raises(ModelOverloaded, match="asks to wait 3600 s"):
        await claude().turn(ask(), lambda _: None)
    assert len(api.requests) == 1


async def test_a_wait_shows_in_the_text_where_nothing_else_is_told(api: Any, claude: Any, ask: Any) -> None:
    api.script += [_status(529, "overloaded_error"), GOOD]
    said: list[str] = []
    turn = await claude().turn(ask(), said.append)
    assert "[overloaded, trying again in" in said[0] and "overloaded" not in turn.message.text


async def test_tokens_of_a_try_that_failed_are_counted(api: Any, claude: Any, ask: Any) -> None:
    api.script += [{**GOOD, "cut_after": 4, "usage": {"input_tokens": 700}}, {**GOOD, "usage": {"input_tokens": 50}}]
    turn = await claude().turn(ask(), lambda _: None)
    assert turn.usage.input_tokens == 750 and turn.usage.cost_usd > 700 * 4e-6


async def test_arguments_that_are_no_json_never_become_a_call(api: Any, claude: Any, ask: Any) -> None:
    for text in ('{"service": "x"', '{"service": "x"} }', '["x"]'):
        broken = {"type": "tool_use", "id": "a", "name": "look", "json": text}
        good = {"type": "tool_use", "id": "a", "name": "look", "input": {"service": "y"}}
        api.script += [{"blocks": [broken], "stop": "tool_use"}, {"blocks": [good], "stop": "tool_use"}]
        turn = await claude().turn(ask(), lambda _: None)
        assert [dict(call.arguments) for call in turn.message.calls] == [{"service": "y"}], text


@pytest.mark.parametrize(
    ("failure", "kind", "line"),
    [
        (_status(403, "permission_error", "Not yours."), ModelUnavailable, "may not use claude-opus-5-5: Not yours"),
        (_status(402, "billing_error", "Pay."), ModelUnavailable, "no budget left: Pay"),
        (
            _status(400, "invalid_request_error", "Your credit balance is too low."),
            ModelUnavailable,
            "no budget left: Your credit balance is too low",
        ),
        (
            _status(429, "rate_limit_error", error={"details": {"error_code": "enforced_spend_limit_reached"}}),
            ModelUnavailable,
            "no budget left",
        ),
        (
            _status(400, "invalid_request_error", "tools.0: bad\nschema"),
            ModelError,
            "refuses the request: tools.0: bad",
        ),
        (_status(500, "api_error", headers={"x-should-retry": "false"}), ModelOverloaded, "server error"),
    ],
    ids=["permission", "billing", "credit", "spend limit", "bad request", "do not retry"],
)
async def test_what_cannot_get_better_is_one_line_at_once(
    api: Any, claude: Any, ask: Any, failure: dict[str, Any], kind: type[AisreError], line: str
) -> None:
    api.script += [failure]
    with pytest.raises(kind) as raised:
        await claude().turn(ask(), lambda _: None)
    assert line in str(raised.value) and "\n" not in str(raised.value) and "%sre model" in str(raised.value)
    assert len(api.requests) == 1


async def test_a_wrong_key_says_which_variable_to_set(claude: Any, ask: Any) -> None:
    with pytest.raises(ModelUnavailable, match=r"refuses the key.*ANTHROPIC_API_KEY.*%sre model builtin") as raised:
        await claude(api_key="sk-wrong").turn(ask(), lambda _: None)
    assert "sk-wrong" not in str(raised.value)


def test_no_key_says_so_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ModelUnavailable, match="no key for Claude → set ANTHROPIC_API_KEY"):
        ClaudeModel("claude-opus-5-5")


async def test_a_wrong_name_lists_near_ones(api: Any, claude: Any, ask: Any) -> None:
    with pytest.raises(ModelUnavailable, match=r"no model 'claude-opus-55' .* there are claude-opus-5"):
        await claude("claude-opus-55").turn(ask(), lambda _: None)
    assert api.script == [] and len(api.requests) == 1


async def test_nobody_there(claude: Any, ask: Any) -> None:
    with pytest.raises(ModelUnavailable, match=r"cannot be reached.*check the network"):
        await claude(base_url="http://127.0.0.1:9", backoff=Backoff(tries=2, first=0.01)).turn(ask(), lambda _: None)
