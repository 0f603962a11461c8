"""A model that talks to a local OpenAI-compatible endpoint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from aisre_nb.models.backoff import Backoff
from aisre_nb.models.openai.endpoint import Endpoint
from aisre_nb.models.openai.model import OpenAIModel

Make = Callable[..., OpenAIModel]


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
