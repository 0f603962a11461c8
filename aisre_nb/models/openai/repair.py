"""From a whole answer to calls that can run; what cannot be read goes back to the model once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from aisre_nb.models.base import AssistantMessage, ToolCall, TurnRequest
from aisre_nb.models.openai import prompted, wire
from aisre_nb.models.openai.answer import Answer


class Unreadable(Exception):
    """An answer that cannot be read, and what goes back to the model."""

    def __init__(self, why: str, back: list[dict[str, Any]]) -> None:
        super().__init__(why)
        self.why = why
        self.back = back
        """Messages behind the conversation."""


def readable(answer: Answer, request: TurnRequest, *, native: bool, again: bool) -> tuple[str, tuple[ToolCall, ...]]:
    """What it says, and its calls with ids of their own.

    ``native``: it calls tools, and does not write JSON. Raises `Unreadable` while there is a second chance (``again``);
    without one, what cannot be read is no call, and the text says so.
    """
    text, calls = _native(answer, again) if native else _prompted(answer, again)
    return text, _with_ids(calls, request)


def _native(answer: Answer, again: bool) -> tuple[str, list[ToolCall]]:
    calls, wrong = [], {}
    for n, call in enumerate(answer.calls):
        try:
            calls.append(ToolCall(call.id, call.name, call.arguments()))
        except ValueError as error:
            wrong[n] = f"the arguments of {call.name[:60]} are no JSON object ({error})"
    if answer.finish == "length":
        # Cut off at the limit: what is complete counts.
        return answer.text, calls
    if not wrong:
        return answer.text, calls
    why = "; ".join(wrong.values())
    if again:
        raise Unreadable(why, _back(answer, wrong))
    return f"{answer.text}\n[not called: {why}]".strip(), calls


def _back(answer: Answer, wrong: dict[int, str]) -> list[dict[str, Any]]:
    """The answer as it was, with nothing in the place of what cannot be read, and a result for each call."""
    made = [wire.call(f"again_{n}", c.name, "{}" if n in wrong else c.text or "{}") for n, c in enumerate(answer.calls)]
    results = [
        {
            "role": "tool",
            "tool_call_id": f"again_{n}",
            "content": f"Not run: {wrong.get(n, 'see the others')}. Call again.",
        }
        for n in range(len(made))
    ]
    return [{"role": "assistant", "content": answer.text, "tool_calls": made}, *results]


def _prompted(answer: Answer, again: bool) -> tuple[str, list[ToolCall]]:
    try:
        return prompted.read(answer.text)
    except ValueError as error:
        if answer.finish == "length":
            return answer.text, []
        if not again:
            return answer.text, []
        wanted = f"That could not be read: {error}. Answer again, with one JSON object and nothing else."
        back = [{"role": "assistant", "content": answer.text}, {"role": "user", "content": wanted}]
        raise Unreadable(f"its answer is not what was asked for: {error}", back) from None


def _with_ids(calls: list[ToolCall], request: TurnRequest) -> tuple[ToolCall, ...]:
    """Servers leave ids out, or give the same ones in each turn; a result must find its call."""
    taken = {call.id for m in request.messages if isinstance(m, AssistantMessage) for call in m.calls}
    found = []
    for call in calls:
        id, n = call.id, len(taken)
        while not id or id in taken:
            n += 1
            id = f"call_{n}"
        taken.add(id)
        found.append(replace(call, id=id))
    return tuple(found)
