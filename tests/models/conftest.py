"""A local Messages API, and Claude against it."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from aisre_nb.models.backoff import Backoff
from aisre_nb.models.base import Message, ToolSpec, TurnRequest, UserMessage
from aisre_nb.models.claude import ClaudeModel

REPORT = ToolSpec("submit_report", "Submit the report.", {"type": "object", "properties": {"outcome": {}}})
LOOK = ToolSpec("look", "Look.", {"type": "object", "properties": {"service": {"type": "string"}}})

Claude = Callable[..., ClaudeModel]
Ask = Callable[..., TurnRequest]


def _beside(name: str) -> ModuleType:
    """A module in a file below this folder."""
    spec = importlib.util.spec_from_file_location(Path(name).name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def messages_server() -> ModuleType:
    """The module ``messages_server.py`` beside this file."""
    return _beside("messages_server")


@pytest.fixture(scope="session")
def platform_server() -> ModuleType:
    """The module ``platform_server.py`` beside this file."""
    return _beside("platform_server")


@pytest.fixture(scope="session")
def chat_server() -> ModuleType:
    """The module ``chat_server.py`` beside this file."""
    return _beside("chat_server")


@pytest.fixture
def chat(chat_server: ModuleType) -> Iterator[Any]:
    """A running OpenAI-compatible endpoint with an empty script."""
    server = chat_server.ChatServer().start()
    yield server
    server.stop()


@pytest.fixture
def api(messages_server: ModuleType) -> Iterator[Any]:
    """A running server with an empty script: ``api.script += [...]``; ``api.requests`` are what came."""
    server = messages_server.MessagesServer().start()
    yield server
    server.stop()


@pytest.fixture
async def claude(api: Any, messages_server: ModuleType) -> AsyncIterator[Claude]:
    """Makes a Claude that talks to ``api`` and waits no noticeable time before a further try."""
    made: list[ClaudeModel] = []

    def make(model: str | None = "claude-opus-5-5", **options: Any) -> ClaudeModel:
        given = {"api_key": messages_server.KEY, "base_url": api.url, "backoff": Backoff(first=0.01), **options}
        made.append(ClaudeModel(model, **given))
        return made[-1]

    yield make
    for model in made:
        await model.close()


@pytest.fixture
def ask() -> Ask:
    """Makes a request of these messages."""

    def request(*messages: Message, **changes: Any) -> TurnRequest:
        given = {"system": "You investigate.", "tools": [LOOK, REPORT], "question": "why?", **changes}
        return TurnRequest(messages=messages or (UserMessage("why?"),), **given)

    return request
