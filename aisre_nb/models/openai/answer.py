"""One streamed answer of a chat completion, as far as it has come."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from aisre_nb.models.base import Usage
from aisre_nb.models.failure import BrokenStream
from aisre_nb.models.openai.fragments import Call, Fragments
from aisre_nb.models.openai.thinking import Thinking

_REASONING = ("reasoning_content", "reasoning")
"""Where servers put what a model thinks: vLLM and DeepSeek, Ollama and OpenRouter."""


class ErrorEvent(Exception):
    """The server sent an error inside of the stream."""

    def __init__(self, error: Any) -> None:
        super().__init__("an error inside of the stream")
        self.error = error


class Answer:
    """Takes chunks in their order; what is known so far stays readable when the stream breaks."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._thinking = Thinking()
        self._reasoning = ""
        self._fragments = Fragments()
        self.refusal = ""
        self.finish = ""
        """Why it ended: ``stop``, ``tool_calls``, ``length``, ``content_filter``."""
        self.done = False
        """The server said that this is all."""
        self._usage: Mapping[str, Any] | None = None

    def take(self, chunk: Mapping[str, Any]) -> None:
        """A chunk, or a whole completion where a server does not stream. Raises `ErrorEvent` and `BrokenStream`."""
        if chunk.get("done") is True:
            self.done = True
            return
        if chunk.get("error"):
            raise ErrorEvent(chunk["error"])
        if isinstance(chunk.get("usage"), Mapping):
            self._usage = chunk["usage"]
        choices = chunk.get("choices") or []
        if not isinstance(choices, list) or not all(isinstance(choice, Mapping) for choice in choices):
            raise BrokenStream("its answer cannot be read (choices)")
        for choice in choices[:1]:
            self._delta(choice.get("delta") or choice.get("message") or {})
            if isinstance(choice.get("finish_reason"), str):
                self.finish = choice["finish_reason"]

    def end(self) -> None:
        """The stream is over. Raises `BrokenStream` where the answer was not."""
        self._say(self._thinking.end())
        if not self.finish and not self.done:
            raise BrokenStream("the connection was cut")

    @property
    def text(self) -> str:
        """The answer without what was thought."""
        return self._thinking.answer

    @property
    def reasoning(self) -> str:
        """What was thought, wherever the server put it."""
        return self._reasoning + self._thinking.thought

    @property
    def calls(self) -> list[Call]:
        """Its calls, as far as they have come."""
        return [call for call in self._fragments.calls if call.name]

    @property
    def is_empty(self) -> bool:
        """It says nothing and calls nothing."""
        return not self.text.strip() and not self.calls

    @property
    def usage(self) -> Usage | None:
        """Tokens, where the server said them; no money."""
        told = self._usage
        if told is None or not (read := _count(told.get("prompt_tokens"))) + _count(told.get("completion_tokens")):
            return None
        details = told.get("prompt_tokens_details")
        cached = min(_count(details.get("cached_tokens")) if isinstance(details, Mapping) else 0, read)
        return Usage(read - cached, _count(told.get("completion_tokens")), cached)

    @property
    def billed(self) -> float | None:
        """US dollars, where a gateway says what it took."""
        cost = (self._usage or {}).get("cost")
        fine = isinstance(cost, int | float) and not isinstance(cost, bool) and math.isfinite(cost) and cost >= 0
        return float(cost) if cost is not None and fine else None

    def _delta(self, delta: Any) -> None:
        if not isinstance(delta, Mapping):
            raise BrokenStream("its answer cannot be read (delta)")
        for name in _REASONING:
            if isinstance(delta.get(name), str):
                self._reasoning += delta[name]
                break
        if isinstance(delta.get("content"), str):
            self._say(self._thinking.take(delta["content"]))
        if isinstance(delta.get("refusal"), str):
            self.refusal += delta["refusal"]
        pieces = delta.get("tool_calls")
        for piece in pieces if isinstance(pieces, list) else ():
            self._fragments.take(piece)

    def _say(self, text: str) -> None:
        if text:
            self._on_text(text)


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
