"""The backends' own languages as tools."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from aisre_nb.errors import ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.languages import query_logql, query_traceql, search_logs
from aisre_nb.tools.tool import ToolContext

from .conftest import NOW


class _Backend:
    def __init__(self, name: str, language: str, frame: pd.DataFrame) -> None:
        self.name, self.language, self._frame = name, language, frame
        self.asked: list[Any] = []

    async def ask(self, *given: Any) -> Answer:
        self.asked.append(given)
        return Answer(self._frame, "as sent", self.name, total=7, notes=("a note",), link="https://x.example/")

    async def counts(self, *given: Any) -> Answer:
        self.asked.append(given)
        return Answer(pd.DataFrame({"value": ["a"], "count": [3]}), "as sent", self.name, total=3)


def _context(*backends: Any) -> ToolContext:
    return ToolContext(Sources(all=backends), NOW, {})


async def _call(tool: Any, context: ToolContext, **arguments: Any) -> Any:
    return await tool.handler(context, tool.arguments.model_validate(arguments))


async def test_lines_are_a_table_and_series_are_drawn() -> None:
    lines = _Backend("old", "logql", pd.DataFrame({"time": [NOW], "body": ["x"]}))
    points = {"time": [NOW, NOW], "service": ["", ""], "signal": ["a", "b"], "value": [1.0, 2.0], "unit": ["", ""]}
    series = _Backend("new", "logql", pd.DataFrame(points))
    context = _context(lines, series)
    found = await _call(query_logql, context, query='{app="x"}\n|= "y"', limit=5)
    assert (found.kind, found.summary, found.source, found.query) == ("table", "1 of 7 rows", "old", "as sent")
    assert found.title == 'old: {app="x"} |= "y"' and found.notes == ("a note",) and found.link
    (query, window, limit, step), *_ = lines.asked
    assert (query, limit, step) == ('{app="x"}\n|= "y"', 5, None) and window.end == NOW
    found = await _call(query_logql, context, query="rate(…)", source="new", step_seconds=60)
    assert (found.kind, found.summary, series.asked[0][3]) == ("metrics", "2 series, 2 points", 60)


async def test_a_source_that_does_not_speak_it_is_told() -> None:
    context = _context(_Backend("tempo", "traceql", pd.DataFrame()))
    assert (await _call(query_traceql, context, query="{}")).summary == "nothing matches"
    with pytest.raises(ToolError, match="no source 'x' speaks traceql → there are tempo"):
        await _call(query_traceql, context, query="{}", source="x")
    with pytest.raises(ToolError, match="speaks logql → go on without"):
        await _call(query_logql, context, query="{}")


async def test_a_search_counts_by_a_field() -> None:
    backend = _Backend("os", "opensearch", pd.DataFrame({"body": ["x"] * 7}))
    context = _context(backend)
    assert (await _call(search_logs, context, query="error")).summary == "7 rows"
    assert (await _call(search_logs, context, query="error", count_by="log.level")).summary == "1 of 3 rows"
    assert backend.asked[1][2:] == ("log.level", 100)
    for wrong in ("a b", 'x"', "", "a" * 300):
        with pytest.raises(ValidationError):
            await _call(search_logs, context, query="x", count_by=wrong)
