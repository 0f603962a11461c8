"""Reads one streamed answer of Claude."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any

from aisre_nb.models.base import AssistantMessage, ToolCall, Usage
from aisre_nb.models.failure import BrokenStream

if TYPE_CHECKING:
    from anthropic.lib.streaming import AsyncMessageStream, ParsedMessageStreamEvent


class Reading:
    """One stream, read to its end by `read`; what is known so far stays readable when it breaks."""

    def __init__(self, stream: AsyncMessageStream[None], *, notes: bool, on_text: Callable[[str], None]) -> None:
        self._stream = stream
        self._notes = notes
        """Thinking with text in it is meant for the user."""
        self._on_text = on_text
        self._began = False
        self._said = False
        self._inputs: dict[int, str] = {}

    async def read(self) -> str:
        """Read it; returns the reason why Claude stopped.

        Raises `BrokenStream`, and what the SDK raises for an error event, a stall or a lost connection.
        """
        async for event in self._events():
            match event.type:
                case "message_start":
                    self._began = True
                case "content_block_start" if self._said and event.content_block.type in ("text", "thinking"):
                    self._on_text("\n")
                    self._said = False
                case "content_block_delta":
                    self._delta(event.index, event.delta)
        stop = self._stream.current_message_snapshot.stop_reason if self._began else None
        if stop is None:
            raise BrokenStream("the connection was cut")
        return stop

    @property
    def usage(self) -> Usage:
        """Tokens as far as the API has reported them; no money."""
        if not self._began:
            return Usage()
        usage = self._stream.current_message_snapshot.usage
        return Usage(
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_input_tokens or 0,
            usage.cache_creation_input_tokens or 0,
        )

    def message(self, *, cut: bool) -> AssistantMessage:
        """The whole answer. ``cut``: it ended at the limit on output, so its last call may be incomplete.

        Raises `BrokenStream` where a call's arguments are not a JSON object though the answer is complete.
        """
        raw: list[Mapping[str, Any]] = []
        calls: list[ToolCall] = []
        text: list[str] = []
        for index, block in enumerate(self._stream.current_message_snapshot.content):
            data: dict[str, Any] = block.to_dict(mode="json", warnings=False)
            if block.type == "tool_use":
                arguments = self._arguments(index, data.get("input"))
                if arguments is None and cut:
                    continue
                if arguments is None:
                    raise BrokenStream(f"the arguments of a call of {block.name} are not a JSON object")
                data["input"] = arguments
                calls.append(ToolCall(block.id, block.name, arguments))
            elif block.type == "text":
                text.append(block.text)
            elif block.type == "thinking" and self._notes:
                text.append(block.thinking)
            raw.append(data)
        while cut and raw and raw[-1].get("type") in ("thinking", "redacted_thinking"):
            # A turn that ends in thinking is refused when it is handed back.
            raw.pop()
        return AssistantMessage("\n".join(part.strip() for part in text if part.strip()), tuple(calls), tuple(raw))

    @property
    def refusal(self) -> str:
        """Why it declined, in its words, where it did."""
        details = self._stream.current_message_snapshot.stop_details
        if details is None:
            return ""
        return ": ".join(part for part in (details.category, details.explanation) if part)

    async def _events(self) -> AsyncIterator[ParsedMessageStreamEvent[None]]:
        events = aiter(self._stream)
        while True:
            try:
                event = await anext(events)
            except StopAsyncIteration:
                return
            except (ValueError, TypeError, RuntimeError, LookupError, AttributeError) as error:
                # What the SDK raises for events that are no JSON, out of order or of an unknown form.
                raise BrokenStream(f"its answer cannot be read ({type(error).__name__})") from error
            yield event

    def _delta(self, index: int, delta: Any) -> None:
        match delta.type:
            case "text_delta":
                self._say(delta.text)
            case "thinking_delta" if self._notes:
                self._say(delta.thinking)
            case "input_json_delta":
                self._inputs[index] = self._inputs.get(index, "") + delta.partial_json

    def _say(self, text: str) -> None:
        if text:
            self._said = True
            self._on_text(text)

    def _arguments(self, index: int, given: Any) -> dict[str, Any] | None:
        # The SDK fills in what half a JSON text may mean; a call must not run on a guess.
        text = self._inputs.get(index, "")
        try:
            value = json.loads(text) if text.strip() else given
        except ValueError:
            return None
        return value if isinstance(value, dict) else None
