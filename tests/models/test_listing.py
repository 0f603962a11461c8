"""Which models answer, asked of servers that are there, that are slow, and that are not there."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from aisre_nb.models.listing import Row, listed
from aisre_nb.models.openai import endpoint
from aisre_nb.models.pricing import Price


@pytest.fixture
def gateway(chat_server: ModuleType) -> Iterator[Any]:
    """A second endpoint."""
    server = chat_server.ChatServer().start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _nobody_at_the_usual_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    for kind in ("ollama", "vllm", "llamacpp", "lmstudio"):
        monkeypatch.setitem(endpoint.DEFAULT_URLS, kind, nobody)


async def test_all_that_answer_are_listed_with_window_and_price(
    api: Any, messages_server: ModuleType, chat: Any, gateway: Any
) -> None:
    ollama = chat
    ollama.models = [{"id": "qwen3:8b", "owned_by": "library"}, {"id": "gemma:2b", "owned_by": "library"}]
    ollama.pages["/api/show"] = lambda body: {
        "capabilities": ["completion"] + ["tools"] * ("qwen" in body["model"]), "parameters": "num_ctx 16384",
    }  # fmt: skip
    ollama.pages["/api/ps"] = {"models": [{"name": "qwen3:8b", "context_length": 32768}]}
    gateway.models = [
        {"id": "big", "context_length": 200000, "pricing": {"prompt": "0.000003", "completion": "0.000015"}}
    ]
    gateway.key = "gw-secret"
    environ = {
        "ANTHROPIC_API_KEY": messages_server.KEY, "ANTHROPIC_BASE_URL": api.url, "OLLAMA_HOST": ollama.root,
        "OPENAI_BASE_URL": gateway.url, "OPENAI_API_KEY": "gw-wrong", "GATEWAY_KEY": "gw-secret",
    }  # fmt: skip
    own = {
        "house": {"base_url": gateway.url, "model": "big", "key_env": "GATEWAY_KEY", "context": 64000},
        "other": {"base_url": gateway.url, "model": "small", "key_env": "NOT_SET_KEY"},
        "wrong": {"url": "x"},
    }
    rows = {row.name: row for row in await listed(environ, own, 30.0)}
    assert rows["builtin"].usable and rows["claude-opus-5-5"].context == 1_000_000
    assert "4 / 20 USD a million" in rows["claude-opus-5-5"].words()
    assert (rows["ollama:qwen3:8b"].context, rows["ollama:gemma:2b"].context) == (32768, 16384)
    assert "no tool calling" in rows["ollama:gemma:2b"].why and not rows["ollama:qwen3:8b"].why
    assert rows["house"] == Row(
        "house", True, 64000, Price(3.0, 15.0, 3.0, 3.0), f"big at 127.0.0.1:{gateway.url.split(':')[2][:-3]}"
    )
    assert not rows["openai:MODEL"].usable and "refuses the key" in rows["openai:MODEL"].why
    assert "NOT_SET_KEY is not set" in rows["other"].why and "'url' is not known" in rows["wrong"].why
    assert not rows["vllm:MODEL"].usable and "nothing answers at 127.0.0.1:" in rows["vllm:MODEL"].words()
    assert "gw-" not in "".join(row.words() for row in rows.values())
    # Nothing was loaded and nothing was asked for an answer.
    assert "/api/generate" not in ollama.paths and not ollama.requests and not gateway.requests


async def test_without_anything_it_says_what_to_set() -> None:
    rows = {row.name: row for row in await listed({}, {})}
    assert [name for name, row in rows.items() if row.usable] == ["builtin", "recorded:PATH"]
    assert "set ANTHROPIC_API_KEY" in rows["claude"].why and "OPENAI_BASE_URL" in rows["openai:MODEL@URL"].why
    assert "set AWS_REGION" in rows["bedrock:MODEL"].why or "pip install" in rows["bedrock:MODEL"].why


async def test_a_server_that_says_nothing_holds_nobody_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        begun = time.monotonic()
        rows = {row.name: row for row in await listed({"OLLAMA_HOST": f"127.0.0.1:{silent.getsockname()[1]}"}, {}, 1.0)}
    assert time.monotonic() - begun < 2 and not rows["ollama:MODEL"].usable and rows["builtin"].usable
