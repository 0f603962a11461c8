"""Where servers bring more tools than a model is told of: one tool that finds them, one that calls what was found."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from pydantic import Field

from aisre_nb.errors import ToolError
from aisre_nb.evidence.brief import cut
from aisre_nb.tools.arguments import Arguments
from aisre_nb.tools.naming import wire_name
from aisre_nb.tools.tool import Tool, ToolContext, ToolResult

FIND, CALL = "find_tools", "call_found_tool"
_LETTERS = 3.0
"""Characters of a tool's definition that make a token: fewer than English has, for schemas are full of short words."""
_NAMED = 2_400
"""Characters of names in the description."""
_WORD = re.compile(r"[a-z0-9]+")


class FindTools(Arguments):
    """Arguments of `find_tools`."""

    query: str = Field(description="What it should do, in a few words, or its name.")
    limit: int = Field(5, ge=1, le=15)


class CallFoundTool(Arguments):
    """Arguments of `call_found_tool`."""

    tool: str = Field(description="Its name, as find_tools gave it.")
    arguments: dict[str, Any] = Field(default_factory=dict, description="By the schema that find_tools gave.")


def tokens(tools: Sequence[Tool]) -> int:
    """About how many tokens their definitions cost."""
    size = sum(
        len(json.dumps({"name": wire_name(t.name), "description": t.description, "input_schema": t.schema()}))
        for t in tools
    )
    return int(size / _LETTERS)


def search(tools: Sequence[Tool]) -> list[Tool]:
    """The two tools that stand for these."""
    table = {tool.name: tool for tool in tools}

    async def find(context: ToolContext, given: FindTools) -> ToolResult:
        found = ranked(tools, given.query)[: given.limit]
        if not found:
            raise ToolError(
                f"no tool is about {given.query[:60]!r}", "use other words; the names are in the description"
            )
        rows = [
            {"tool": t.name, "effect": t.effect, "description": t.description, "schema": json.dumps(t.schema())}
            for t in found
        ]
        text = "\n".join(
            f"{r['tool']} ({r['effect']}): {cut(r['description'], 500)}\narguments: {r['schema']}" for r in rows
        )
        names = ", ".join(t.name for t in found)
        return ToolResult(
            "table", f"Tools for {given.query[:60]}", names, pd.DataFrame(rows), {"tools": names}, text=text
        )

    async def call(context: ToolContext, given: CallFoundTool) -> ToolResult:
        raise ToolError(f"there is no tool {given.tool[:60]!r} to call", f"find one with {FIND}")

    def meant(arguments: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        name, given = str(arguments.get("tool", "")), arguments.get("arguments", {})
        known = name if name in table else next((n for n in table if wire_name(n) == name), "")
        return known, given if isinstance(given, Mapping) else {}

    told = (
        f"Find tools of connected servers, with their arguments; then call one with {CALL}. There are: {_names(tools)}"
    )
    called = f"Call a tool that {FIND} gave, by its name and with the arguments that its schema asks for."
    return [
        Tool(FIND, told, FindTools, find),
        Tool(CALL, called, CallFoundTool, call, stands_for=meant),
    ]


def ranked(tools: Sequence[Tool], query: str) -> list[Tool]:
    """Those that share words with the query, the best first: a rare word counts more, one of the name most."""
    wanted = set(_words(query))
    texts = {t.name: (set(_words(t.name)), set(_words(f"{t.description} {' '.join(_fields(t))}"))) for t in tools}
    often = {w: sum(w in name or w in text for name, text in texts.values()) for w in wanted}

    def score(tool: Tool) -> float:
        name, text = texts[tool.name]
        return sum((3.0 * (w in name) + (w in text)) / (1 + often[w]) for w in wanted) + 10.0 * (
            query.strip() == tool.name
        )

    order = sorted(tools, key=score, reverse=True)
    return [tool for tool in order if score(tool) > 0]


def _fields(tool: Tool) -> list[str]:
    return list(tool.schema().get("properties", {}))


def _words(text: str) -> list[str]:
    """Lower case, plurals cut: what names and questions have in common."""
    return [
        w[:-1] if len(w) > 3 and w.endswith("s") else w
        for w in _WORD.findall(re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
    ]


def _names(tools: Sequence[Tool]) -> str:
    by_server: dict[str, list[str]] = {}
    for tool in tools:
        server, _, name = tool.name.partition(".")
        by_server.setdefault(server, []).append(name[:48])
    return cut("; ".join(f"{server}: {', '.join(names)}" for server, names in by_server.items()), _NAMED)
