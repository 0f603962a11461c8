"""From the loop's words to the JSON of a chat completion."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from aisre_nb.models.base import AssistantMessage, Message, ResultsMessage, ToolSpec, TurnRequest, UserMessage
from aisre_nb.models.openai.takes import Takes

SUBMIT = "submit_report"
LAST_WORDS = f"A limit is reached and no other call will run: call {SUBMIT} now, with what is known so far."
REASONING = "openai.reasoning"
"""The type of our block of what a model thought."""


def body(request: TurnRequest, model: str, max_tokens: int, takes: Takes) -> dict[str, Any]:
    """What is sent for one turn of a model that can call tools."""
    report = request.final and any(spec.name == SUBMIT for spec in request.tools)
    fields = common(model, max_tokens, takes)
    fields["messages"] = [
        {"role": "system", "content": request.system},
        *messages(request.messages, reasoning=takes.reasoning_back, last_words=LAST_WORDS if report else ""),
    ]
    if takes.short_ids:
        _shorten(fields["messages"])
    if request.tools:
        fields["tools"] = [tool(spec) for spec in request.tools]
    if report and takes.forced:
        fields["tool_choice"] = {"type": "function", "function": {"name": SUBMIT}}
    return fields


def common(model: str, max_tokens: int, takes: Takes) -> dict[str, Any]:
    """What every request holds."""
    fields: dict[str, Any] = {"model": model, "stream": True}
    if takes.usage:
        fields["stream_options"] = {"include_usage": True}
    if takes.limit:
        fields[takes.limit] = max_tokens
    return fields


def tool(spec: ToolSpec) -> dict[str, Any]:
    """A tool's definition."""
    function = {"name": spec.name, "description": spec.description, "parameters": dict(spec.schema)}
    return {"type": "function", "function": function}


def messages(conversation: Sequence[Message], *, reasoning: bool = False, last_words: str = "") -> list[dict[str, Any]]:
    """The conversation. What a person says in several messages is one, for templates that want turns in alternation."""
    found: list[dict[str, Any]] = []
    for message in conversation:
        match message:
            case UserMessage(text):
                _said(found, text)
            case ResultsMessage(results):
                found += [{"role": "tool", "tool_call_id": r.call_id, "content": r.text} for r in results]
            case AssistantMessage():
                found += _assistant(message, reasoning)
    if last_words and conversation and isinstance(conversation[-1], ResultsMessage):
        _said(found, last_words)
    return found


def _said(found: list[dict[str, Any]], text: str) -> None:
    if not text.strip():
        return
    if found and found[-1]["role"] == "user":
        found[-1]["content"] += f"\n\n{text}"
    else:
        found.append({"role": "user", "content": text})


def _assistant(message: AssistantMessage, reasoning: bool) -> list[dict[str, Any]]:
    if not message.text.strip() and not message.calls:
        return []
    told: dict[str, Any] = {"role": "assistant", "content": message.text}
    if message.calls:
        told["tool_calls"] = [call(c.id, c.name, json.dumps(c.arguments, ensure_ascii=False)) for c in message.calls]
    thought = "".join(str(block.get("text", "")) for block in message.raw if block.get("type") == REASONING)
    if reasoning and thought:
        told["reasoning_content"] = thought
    return [told]


def _shorten(told: list[dict[str, Any]]) -> None:
    for message in told:
        if "tool_call_id" in message:
            message["tool_call_id"] = _short(message["tool_call_id"])
        for made in message.get("tool_calls", ()):
            made["id"] = _short(made["id"])


def _short(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()[:9]


def call(id: str, name: str, arguments: str) -> dict[str, Any]:
    """One call that was made."""
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
