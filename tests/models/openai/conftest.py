"""A local OpenAI-compatible endpoint, and a model that talks to it."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from aisre_nb.models.backoff import Backoff
from aisre_nb.models.openai.endpoint import Endpoint
from aisre_nb.models.openai.model import OpenAIModel

Make = Callable[..., OpenAIModel]


@pytest.fixture(scope="session")
def chat_server() -> ModuleType:
    """The module ``chat_server.py`` beside this file."""
    spec = importlib.util.spec_from_file_location("chat_server", Path(__file__).with_name("chat_server.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def chat(chat_server: ModuleType) -> Iterator[Any]:
    """A running server with an empty script."""
    server = chat_server.ChatServer().start()
    yield server
    server.stop()


@pytest.fixture
async def model(chat: Any) -> AsyncIterator[Make]:
    """Makes a model that talks to ``chat`` and waits no noticeable time before a further try."""
    made: list[OpenAIModel] = []

    def make(name: str = "small", **options: Any) -> OpenAIModel:
        fields = {f: options.pop(f) for f in list(options) if f in Endpoint.__dataclass_fields__}
        given = {"label": f"openai:{name}", "model": name, "base_url": chat.url, **fields}
        made.append(OpenAIModel(Endpoint(**given), **{"backoff": Backoff(first=0.01), **options}))
        return made[-1]

    yield make
    for one in made:
        await one.close()
