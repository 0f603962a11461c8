"""A user's own function as a tool, by the same door as the built-in ones."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from pydantic import ConfigDict, create_model
from pydantic.errors import PydanticUserError

from aisre_nb.errors import UsageError
from aisre_nb.evidence.result import ToolResult
from aisre_nb.tools.tool import Effect, Tool, ToolContext


def tool_from_function(function: Callable[..., Any], effect: Effect = "read") -> Tool:
    """The tool that calls it.

    Its typed parameters are the schema, its docstring the description. It may be a coroutine function, and return a
    DataFrame, a dict, a list, a text or a `ToolResult`. Raises `UsageError` where the schema cannot be made.
    """
    name = function.__name__
    try:
        hints = get_type_hints(function)
    except NameError as error:
        raise UsageError(f"{name}: {error}", "give its parameters types that are defined") from None
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise UsageError(
                f"{name}: {parameter.kind.description} {parameter.name} cannot be described to a model",
                "name its parameters",
            )
        if parameter.name.startswith("_"):
            raise UsageError(
                f"{name}: {parameter.name} cannot be a field of a schema", "name it without the underscore"
            )
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints.get(parameter.name, str), default)
    description = inspect.getdoc(function)
    if not description:
        raise UsageError(f"{name} has no docstring", "say in one when a model should use it")
    try:
        arguments = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
        arguments.model_json_schema()
    except (PydanticUserError, TypeError) as error:
        line = str(error).splitlines()[0]
        raise UsageError(f"{name}: a parameter does not fit a schema: {line}", "use plain names and types") from None

    async def handler(context: ToolContext, given: Any) -> ToolResult:
        values = {field: getattr(given, field) for field in fields}
        if inspect.iscoroutinefunction(function):
            found = await function(**values)
        else:
            found = await asyncio.to_thread(function, **values)
            # A wrapped coroutine function does not look like one.
            found = await found if inspect.isawaitable(found) else found
        return _result(name, found)

    return Tool(name, description, arguments, handler, effect)


def _result(name: str, found: Any) -> ToolResult:
    import pandas as pd

    if isinstance(found, ToolResult):
        return found
    if isinstance(found, pd.Series):
        found = found.reset_index()
    if isinstance(found, pd.DataFrame):
        return ToolResult("table", name, f"{len(found)} rows", found, source="your function")
    if isinstance(found, list) and found and all(isinstance(row, dict) for row in found):
        return ToolResult("table", name, f"{len(found)} rows", pd.DataFrame(found), source="your function")
    text = found if isinstance(found, str) else repr(found)
    facts = found if isinstance(found, dict) and all(isinstance(key, str) for key in found) else {}
    first = text.strip().splitlines()[0][:200] if text.strip() else "nothing"
    return ToolResult("text", name, first, None, facts, "your function", text=text)
