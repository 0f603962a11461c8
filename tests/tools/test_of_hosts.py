"""Tools that are there only where a source answers for them: search, checks, use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import SignalMissing, ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.sources.kubernetes.usage import COLUMNS
from aisre_nb.sources.sources import Sources
from aisre_nb.tools import request_checks
from aisre_nb.tools.code_search import search_source
from aisre_nb.tools.registry import tools_for
from aisre_nb.tools.request_checks import get_pull_request_checks
from aisre_nb.tools.resource_use import get_resource_use
from aisre_nb.tools.tool import ToolContext


class Host:
    """Searches, and has checks that end at the third look."""

    name = "code"

    def __init__(self) -> None:
        self.looks = 0

    async def search(self, text: str, service: str | None = None) -> Answer:
        rows = [{"path": "a.py", "line": 3, "text": text}, {"path": "b.md", "line": 0, "text": text}]
        return Answer(pd.DataFrame(rows), f"search {text}", self.name)

    async def checks(self, number: int) -> Answer:
        self.looks += 1
        states = [[], ["running", "failed"], ["passed", "failed"]][min(self.looks, 3) - 1]
        frame = pd.DataFrame({"name": ["unit", "lint"][: len(states)], "state": states, "url": ""})
        frame.attrs.update(number=number, commit="c" * 40)
        return Answer(frame, "checks", self.name)


class Cluster:
    """One container near its memory, and a node."""

    name = "prod"

    async def usage(self) -> Answer:
        one = {"kind": "Pod", "namespace": "shop", "name": "cart-1", "container": "cart", "service": "cart",
               "cpu": 0.1, "memory": 95.0, "memory_limit": 100.0}  # fmt: skip
        node = {"kind": "Node", "name": "node-1", "service": "", "container": "", "cpu": 2.0, "cpu_limit": 4.0}
        return Answer(pd.DataFrame([node, one], columns=COLUMNS), "GET pods", self.name, notes=("a gap",))


def _on(context: ToolContext, **sources: Any) -> ToolContext:
    return replace(context, sources=Sources(**sources))


def test_they_are_offered_where_somebody_answers() -> None:
    host: Any = Host()
    cluster: Any = Cluster()
    names = {tool.name for tool in tools_for(Sources(code=host, kubernetes=cluster))}
    assert {"search_source", "get_pull_request_checks", "get_resource_use"} <= names
    other: Any = object()
    assert not {"search_source", "get_pull_request_checks", "get_resource_use"} & {
        tool.name for tool in tools_for(Sources(code=other, kubernetes=other))
    }


async def test_a_search_tells_places(context: ToolContext) -> None:
    result = await search_source.handler(_on(context, code=Host()), search_source.arguments(text="result"))
    assert result.summary == "2 lines in 2 files: a.py:3, b.md"
    with pytest.raises(ToolError, match="more than one line"):
        await search_source.handler(_on(context, code=Host()), search_source.arguments(text="a\nb"))


async def test_checks_are_watched_until_they_end(context: ToolContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_checks, "_EVERY", 0.01)
    host = Host()
    ask: Callable[..., Any] = get_pull_request_checks.arguments
    first = await get_pull_request_checks.handler(_on(context, code=host), ask(number=7))
    assert first.facts["verdict"] == "none" and first.summary == "it has no checks"
    result = await get_pull_request_checks.handler(_on(context, code=host), ask(number=7, minutes=1))
    assert host.looks == 3 and result.facts["verdict"] == "failed" and result.facts["failed"] == ["lint"]
    assert result.summary == "1 passed, 1 failed: lint failed"


async def test_use_tells_first_what_is_nearest_to_its_limit(context: ToolContext) -> None:
    here = _on(context, kubernetes=Cluster())
    result = await get_resource_use.handler(here, get_resource_use.arguments())
    assert result.summary == "cart-1/cart uses 95% of its memory; node node-1 uses 50% of its cpu"
    assert result.notes == ("a gap",) and result.facts["rows"][0]["cpu_of_limit"] is None
    own = await get_resource_use.handler(here, get_resource_use.arguments(service="cart-service"))
    assert own.frame is not None and list(own.frame["name"]) == ["cart-1"]
    with pytest.raises(SignalMissing):
        await get_resource_use.handler(here, get_resource_use.arguments(service="lamp"))
