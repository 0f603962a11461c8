"""What servers say of themselves decides what is sent to them."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import ModelUnavailable
from aisre_nb.models.base import UserMessage

QUESTION = UserMessage("why?")


def _quiet(text: str) -> None:
    """Nobody looks on."""


def _ollama(chat: Any, capabilities: list[str], loaded: int | None, parameters: str = "") -> None:
    chat.models = [{"id": "qwen3:latest", "object": "model", "owned_by": "library"}]
    # The largest window that it was trained with is not what it was loaded with.
    told = {"capabilities": capabilities, "parameters": parameters, "model_info": {"qwen3.context_length": 262144}}
    chat.pages["/api/show"] = lambda body: told if body["model"] == "qwen3:latest" else None
    ready: list[str] = []
    chat.pages["/api/generate"] = lambda body: ready.append(body["model"]) or {"done": True}
    rows = [{"name": "qwen3:latest", "context_length": loaded}]
    chat.pages["/api/ps"] = lambda body: {"models": rows if ready and loaded else []}


@pytest.mark.parametrize(
    ("loaded", "parameters", "window"),
    [(32768, "", 32768), (None, "stop \"x\"\nnum_ctx  16384", 16384), (None, "", None)],
)  # fmt: skip
async def test_ollama_says_what_it_holds_once_it_is_loaded(
    chat: Any, model: Any, ask: Any, loaded: int | None, parameters: str, window: int | None
) -> None:
    _ollama(chat, ["completion", "tools"], loaded, parameters)
    chat.script += [{"text": "x"}]
    asked = model("qwen3:latest", kind="ollama")
    await asked.turn(ask(QUESTION), _quiet)
    assert asked.window == window and "tools" in chat.requests[0]


async def test_a_model_of_ollama_that_calls_no_tools_is_not_asked_to(chat: Any, model: Any, ask: Any) -> None:
    # Known by who owns its models, whatever the name it was given.
    _ollama(chat, ["completion"], 32768)
    chat.script += [{"text": '{"say": "x"}'}]
    turn = await model("qwen3:latest").turn(ask(QUESTION), _quiet)
    assert turn.message.text == "x" and len(chat.requests) == 1 and "tools" not in chat.requests[0]


@pytest.mark.parametrize(
    ("entry", "pages"),
    [
        ({"owned_by": "vllm", "max_model_len": 24000}, {}),
        (
            {"owned_by": "llamacpp", "meta": {"n_ctx_train": 99}},
            {"/props": {"default_generation_settings": {"n_ctx": 24000}}},
        ),
        (
            {"owned_by": "organization_owner"},
            {"/api/v0/models/small": {"max_context_length": 99000, "loaded_context_length": 24000}},
        ),
        ({"context_length": 24000, "pricing": {"prompt": "0.000001", "completion": "0.000002"}}, {}),
    ],
    ids=["vllm", "llama.cpp", "LM Studio", "OpenRouter"],
)  # fmt: skip
async def test_the_window_is_what_the_server_says(
    chat: Any, model: Any, ask: Any, entry: dict[str, Any], pages: dict[str, Any]
) -> None:
    chat.models = [{"id": "small", **entry}]
    chat.pages |= pages
    chat.script += [{"text": "x"}]
    # Without a name: the only model that it lists.
    asked = model("")
    turn = await asked.turn(ask(QUESTION), _quiet)
    assert (asked.window, turn.model, chat.requests[0]["model"]) == (24000, "small", "small")
    assert turn.usage.cost_usd == (pytest.approx(0.00012) if "pricing" in entry else 0.0)


async def test_what_the_user_says_goes_over_what_the_server_says(chat: Any, model: Any, ask: Any) -> None:
    chat.models = [{"id": "small", "max_model_len": 24000}]
    chat.script += [{"text": "x"}]
    asked = model(context=9000)
    await asked.turn(ask(QUESTION), _quiet)
    assert asked.window == 9000


async def test_which_of_several_models_has_to_be_said(chat: Any, model: Any, ask: Any) -> None:
    chat.models = [{"id": "one"}, {"id": "two"}]
    with pytest.raises(ModelUnavailable, match="names no model: there are one, two"):
        await model("").turn(ask(QUESTION), _quiet)
    chat.key = "another"
    with pytest.raises(ModelUnavailable, match="refuses the key"):
        await model("").turn(ask(QUESTION), _quiet)


@pytest.mark.parametrize(
    "page", [[], {"data": "x"}, {"data": [1, {"id": 2}]}, "<html>", {"data": [{"id": "small", "max_model_len": "9"}]}]
)
async def test_a_list_that_cannot_be_read_is_no_hindrance(chat: Any, model: Any, ask: Any, page: Any) -> None:
    chat.pages["/v1/models"] = page
    chat.script += [{"text": "x"}]
    assert (await model().turn(ask(QUESTION), _quiet)).message.text == "x"
