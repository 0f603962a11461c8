"""What a server's tool answered, as a result that is kept, drawn and asked into."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types

from aisre_nb.errors import ToolError
from aisre_nb.evidence.brief import cut
from aisre_nb.evidence.invisible import visible
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp import frames, values
from aisre_nb.mcp.read_back import OURS_ALONE

_SHORT = 8_000
"""Characters of a text that a model reads whole."""
_FACTS = 6_000
_PATHS = 20_000


def result(server: str, tool: str, arguments: dict[str, Any], found: types.CallToolResult) -> ToolResult:
    """Takes its time for large answers. Raises `ToolError` where the tool says that it failed."""
    texts, notes = _read(found, f"{server}.{tool}")
    text = "\n".join(texts).strip()
    if found.is_error:
        raise ToolError(f"{server}.{tool}: {cut(visible(text), 2000) or 'it failed, and did not say why'}")
    query = f"{tool} {json.dumps(arguments, sort_keys=True, ensure_ascii=False, default=str)}"
    title = f"{server}.{tool}"
    value = values.value(found.structured_content, texts)
    known = frames.table(value) if value is not None else None
    if known is not None:
        facts = {**_around(value), **known.facts}
        return ToolResult(
            known.kind, title, known.what, known.frame, facts, server, query, notes=(*notes, *known.notes)
        )
    if isinstance(value, dict | list):
        return _nested(value, title, server, query, notes)
    text = text if value is None else str(value)
    if len(text) <= _SHORT:
        return ToolResult("text", title, _first(text), None, {}, server, query, text=text, notes=notes)
    return _lines(text, title, server, query, notes)


def _read(found: types.CallToolResult, name: str) -> tuple[list[str], tuple[str, ...]]:
    """Texts, and what of it is no text; nothing that it links to is fetched."""
    texts, notes = [], []
    for block in found.content:
        match block:
            case types.TextContent(text=text):
                texts.append(text)
            case types.ImageContent() | types.AudioContent():
                notes.append(f"{name}: {block.type} of {len(block.data) * 3 // 4} bytes was not looked at")
            case types.EmbeddedResource(resource=types.TextResourceContents(text=text)):
                texts.append(text)
            case types.EmbeddedResource():
                notes.append(f"{name}: a file of it was not looked at")
            case types.ResourceLink(uri=uri):
                texts.append(f"see {uri}")
    return texts, tuple(notes)


def _around(value: Any) -> dict[str, Any]:
    """What stands beside the rows: totals, cursors, statuses."""
    if not isinstance(value, dict):
        return {}
    return {
        str(k)[:60]: v
        for k, v in list(value.items())[:20]
        if k not in OURS_ALONE and isinstance(v, str | int | float | bool) and len(str(v)) < 300
    }


def _nested(value: Any, title: str, server: str, query: str, notes: tuple[str, ...]) -> ToolResult:
    """An object that holds no rows: itself where it is small, else one row for each value in it."""
    import pandas as pd

    text = json.dumps(value, indent=1, ensure_ascii=False)
    facts = {k: v for k, v in value.items() if k not in OURS_ALONE} if isinstance(value, dict) else {}
    facts = facts if len(text) <= _FACTS else {}
    if len(text) <= _SHORT:
        first = _first(json.dumps(value, ensure_ascii=False))
        return ToolResult("text", title, first, None, facts, server, query, text=text, notes=notes)
    paths = _paths(value)
    left = (f"{title}: values beyond {_PATHS} were left out",) if len(paths) == _PATHS else ()
    frame = pd.DataFrame(paths, columns=["path", "value"], dtype="str")
    return ToolResult(
        "table", title, f"an object of {len(paths)} values", frame, {}, server, query, notes=(*notes, *left)
    )


def _paths(value: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    stack: list[tuple[str, Any]] = [("", value)]
    while stack and len(found) < _PATHS:
        path, inner = stack.pop()
        if isinstance(inner, dict) and inner:
            stack += [(f"{path}.{k}" if path else str(k), v) for k, v in reversed(inner.items())]
        elif isinstance(inner, list) and inner:
            stack += [(f"{path}[{n}]", v) for n, v in reversed(list(enumerate(inner)))]
        else:
            found.append((path[:500], inner if isinstance(inner, str) else json.dumps(inner)))
    return found


def _lines(text: str, title: str, server: str, query: str, notes: tuple[str, ...]) -> ToolResult:
    import pandas as pd

    lines = text.split("\n")
    frame = pd.DataFrame({"line": range(1, len(lines) + 1), "text": pd.Series(lines, dtype="str")})
    summary = f"{len(lines)} lines, {len(text)} characters; it begins: {_first(text)}"
    facts = {"lines": len(lines), "characters": len(text)}
    return ToolResult("table", title, summary, frame, facts, server, query, notes=notes)


def _first(text: str) -> str:
    return cut(" ".join(next((line for line in text.splitlines() if line.strip()), "nothing").split()), 200)
