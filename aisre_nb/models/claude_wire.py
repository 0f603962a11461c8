"""From the loop's words to the Messages API's JSON.

What was sent once is sent again byte for byte: newer models check each thinking block against the system prompt, the
tools and all messages before it, and the prompt cache needs the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.models.base import (
    AssistantMessage,
    CallResult,
    Message,
    ResultsMessage,
    ToolSpec,
    TurnRequest,
    UserMessage,
)
from aisre_nb.models.claude_takes import Takes

SUBMIT = "submit_report"
_LAST_WORDS = f"A limit is reached and no other call will run: call {SUBMIT} now, with what is known so far."
_CACHE = {"type": "ephemeral"}


def body(request: TurnRequest, model: str, max_tokens: int, effort: str | None, takes: Takes) -> dict[str, Any]:
    """The arguments of ``client.messages.stream`` for one turn."""
    report = request.final and any(spec.name == SUBMIT for spec in request.tools)
    forced = report and takes.forced
    system: dict[str, Any] = {"type": "text", "text": request.system}
    fields: dict[str, Any] = {
        "model": model,
        "max_tokens": max_tokens,
        "system": [{**system, "cache_control": _CACHE} if takes.caching else system],
        "messages": messages(request.messages, _LAST_WORDS if report else ""),
        "tools": [tool(spec) for spec in request.tools],
        "tool_choice": {"type": "tool", "name": SUBMIT} if forced else {"type": "auto"},
    }
    thinking = takes.thinking(off=forced)
    if thinking is not None:
        fields["thinking"] = thinking
    if takes.caching:
        fields["cache_control"] = _CACHE
    if effort and takes.effort:
        fields["output_config"] = {"effort": effort}
    if takes.betas and not forced:
        fields["extra_headers"] = {"anthropic-beta": ",".join(takes.betas)}
    return fields


def tool(spec: ToolSpec) -> dict[str, Any]:
    """A tool's definition."""
    return {"name": spec.name, "description": spec.description, "input_schema": dict(spec.schema)}


def messages(conversation: Sequence[Message], last_words: str = "") -> list[dict[str, Any]]:
    """The conversation in turns of user and assistant.

    What follows one another on the user's side is one turn, with the results of calls first, as the API wants them.
    ``last_words`` go behind results, where nobody has said anything after them.
    """
    turns: list[dict[str, Any]] = []
    for message in conversation:
        role = "assistant" if isinstance(message, AssistantMessage) else "user"
        blocks = _blocks(message)
        if not blocks:
            continue
        if role == "user" and turns and turns[-1]["role"] == "user":
            turns[-1]["content"].extend(blocks)
        else:
            turns.append({"role": role, "content": blocks})
    if last_words and conversation and isinstance(conversation[-1], ResultsMessage):
        turns[-1]["content"].append({"type": "text", "text": last_words})
    return turns


def _blocks(message: Message) -> list[dict[str, Any]]:
    match message:
        case UserMessage(text):
            return [{"type": "text", "text": text}] if text.strip() else []
        case ResultsMessage(results):
            return [_result(result) for result in results]
        case AssistantMessage(_, _, raw) if any(not _foreign(block) for block in raw):
            return [dict(block) for block in raw if not _blank(block) and not _foreign(block)]
        case AssistantMessage(text, calls, _):
            said = [{"type": "text", "text": text}] if text.strip() else []
            return [
                *said,
                *({"type": "tool_use", "id": _id(c.id), "name": c.name, "input": dict(c.arguments)} for c in calls),
            ]


def _foreign(block: Mapping[str, Any]) -> bool:
    """Another provider's, from before the user changed the model."""
    return str(block.get("type", "")).startswith("openai.")


def _id(id: str) -> str:
    """As the API takes it; other servers' ids hold dots and colons."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", id)


def _blank(block: Mapping[str, Any]) -> bool:
    # The API sends such blocks now and then, and refuses to be handed them back.
    return block.get("type") == "text" and not str(block.get("text", "")).strip()


def _result(result: CallResult) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "tool_result", "tool_use_id": _id(result.call_id), "content": result.text}
    return {**block, "is_error": True} if result.is_error else block
