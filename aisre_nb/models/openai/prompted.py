"""Calls without tool calling: the model answers with one JSON object that says what it would call.

Where the server holds a model to a JSON schema it is given one; where not, it is only told, and what it writes is read
strictly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.models.base import AssistantMessage, Message, ResultsMessage, ToolCall, ToolSpec, TurnRequest, UserMessage
from aisre_nb.models.openai.takes import Takes
from aisre_nb.models.openai.wire import LAST_WORDS, SUBMIT, common

_HOW = """

You call tools by writing JSON. Each of your answers is one JSON object and nothing else, without a code fence:
{"say": "one short sentence that says why", "calls": [{"tool": "NAME", "arguments": {…}}]}
Calls run, and their results are what you read next. The investigation ends with a call of """
_FENCE = re.compile(r"\A```(?:json)?[ \t]*\n(.*)\n```\Z", re.DOTALL)


def body(request: TurnRequest, model: str, max_tokens: int, takes: Takes) -> dict[str, Any]:
    """What is sent for one turn of a model that cannot call tools."""
    report = request.final and any(spec.name == SUBMIT for spec in request.tools)
    fields = common(model, max_tokens, takes)
    fields["messages"] = [
        {"role": "system", "content": f"{request.system}{_HOW}{SUBMIT}.\n\nThe tools:\n{_tools(request.tools)}"},
        *messages(request.messages, LAST_WORDS if report else ""),
    ]
    if takes.schema:
        step = {"name": "step", "schema": schema(request.tools)}
        fields["response_format"] = {"type": "json_schema", "json_schema": step}
    return fields


def _tools(specs: Sequence[ToolSpec]) -> str:
    told = [{"tool": s.name, "description": s.description, "arguments": dict(s.schema)} for s in specs]
    return "\n".join(json.dumps(tool, ensure_ascii=False, separators=(",", ":")) for tool in told)


def schema(specs: Sequence[ToolSpec]) -> dict[str, Any]:
    """The JSON schema of an answer; each tool's own definitions are at its root, under the tool's name."""
    shared: dict[str, Any] = {}
    calls = []
    for spec in specs:
        own = {name: value for name, value in spec.schema.items() if name != "$defs"}
        for name, value in spec.schema.get("$defs", {}).items():
            shared[f"{spec.name}.{name}"] = _moved(value, spec.name)
        part = {"tool": {"const": spec.name}, "arguments": _moved(own, spec.name)}
        calls.append(_object(part))
    found = _object({"say": {"type": "string"}, "calls": {"type": "array", "items": {"anyOf": calls}}})
    return {**found, "$defs": shared} if shared else found


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


def _moved(value: Any, tool: str) -> Any:
    """The same schema with its references pointing to where the definitions are now."""
    if isinstance(value, Mapping):
        reference = value.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/$defs/"):
            return {**value, "$ref": f"#/$defs/{tool}.{reference.removeprefix('#/$defs/')}"}
        return {name: _moved(inner, tool) for name, inner in value.items()}
    return [_moved(inner, tool) for inner in value] if isinstance(value, list) else value


def messages(conversation: Sequence[Message], last_words: str = "") -> list[dict[str, Any]]:
    """The conversation in turns of user and assistant, results among what the user says."""
    found: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for message in conversation:
        match message:
            case UserMessage(text):
                _add(found, "user", text)
            case ResultsMessage(results):
                told = [f"Result of {names.get(r.call_id, 'a call')}:\n{r.text}" for r in results]
                _add(found, "user", "\n\n".join(told))
            case AssistantMessage(text, calls, _):
                names |= {call.id: call.name for call in calls}
                asked = [{"tool": call.name, "arguments": dict(call.arguments)} for call in calls]
                if text.strip() or calls:
                    _add(found, "assistant", json.dumps({"say": text, "calls": asked}, ensure_ascii=False))
    if last_words and conversation and isinstance(conversation[-1], ResultsMessage):
        _add(found, "user", last_words)
    return found


def _add(found: list[dict[str, Any]], role: str, text: str) -> None:
    if not text.strip():
        return
    if found and found[-1]["role"] == role:
        found[-1]["content"] += f"\n\n{text}"
    else:
        found.append({"role": role, "content": text})


def read(text: str) -> tuple[str, list[ToolCall]]:
    """What an answer says and calls, its calls without ids. Raises `ValueError` with what is wrong with it."""
    fenced = _FENCE.match(text.strip())
    try:
        told = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON alone ({error})") from None
    if not isinstance(told, dict) or not set(told) <= {"say", "calls"} or not told:
        raise ValueError('it is no object of "say" and "calls"')
    said, calls = told.get("say", ""), told.get("calls", [])
    if not isinstance(said, str) or not isinstance(calls, list):
        raise ValueError('"say" is a text and "calls" a list')
    return said.strip(), [_call(entry) for entry in calls]


def _call(entry: Any) -> ToolCall:
    if not isinstance(entry, dict) or set(entry) - {"tool", "arguments"} or not isinstance(entry.get("tool"), str):
        raise ValueError('each call is {"tool": NAME, "arguments": {…}}')
    arguments = entry.get("arguments", {})
    if not isinstance(arguments, dict):
        raise ValueError(f"the arguments of {entry['tool'][:60]!r} are no object")
    return ToolCall("", entry["tool"], arguments)
