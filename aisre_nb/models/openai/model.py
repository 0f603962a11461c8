"""A model behind an OpenAI-compatible endpoint, over streaming chat completions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import ContextFull, ModelRefused, ModelUnavailable
from aisre_nb.models.backoff import Backoff
from aisre_nb.models.base import AssistantMessage, StopReason, Turn, TurnRequest, Usage
from aisre_nb.models.failure import ELSE, BrokenStream, Failure, pause
from aisre_nb.models.openai import failure, lookup, prompted, wire
from aisre_nb.models.openai.answer import Answer, ErrorEvent
from aisre_nb.models.openai.client import client, complete
from aisre_nb.models.openai.endpoint import Endpoint
from aisre_nb.models.openai.fit import Fit
from aisre_nb.models.openai.repair import Unreadable, readable
from aisre_nb.models.openai.takes import Takes

if TYPE_CHECKING:
    from httpx2 import AsyncClient

_LOOKUP = 10.0
"""Seconds that a server may take to say what it is."""


class OpenAIModel:
    """One model at one endpoint.

    What it can do is asked of the server at the first turn, and learned from what it refuses. ``max_tokens`` limits one
    turn's output, thinking included; ``stall_seconds`` is how long nothing may come: a local server reads the whole
    conversation before its first word.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        max_tokens: int = 16_000,
        on_status: Callable[[str], None] | None = None,
        backoff: Backoff | None = None,
        stall_seconds: float = 300.0,
    ) -> None:
        self.on_status = on_status
        """Gets a line while a turn waits. None: it goes to the text."""
        self.endpoint = endpoint
        self._name = endpoint.model
        self._max_tokens = max_tokens
        self._stall = stall_seconds
        self._backoff = backoff or Backoff()
        self._takes = Takes(tools=endpoint.tools is not False)
        self._fit = Fit(endpoint.context)
        self._price = endpoint.price
        self._known: tuple[str, ...] | None = None
        self._notes: list[str] = []
        self._noted: set[str] = set()
        self._opened: AsyncClient | None = None

    @property
    def name(self) -> str:
        """What the user sees."""
        return self.endpoint.label

    @property
    def priced(self) -> bool:
        """Whether its price is known, or nobody asks for one."""
        return self._price is not None or self.endpoint.is_local

    @property
    def window(self) -> int | None:
        """Tokens that fit, once it is known."""
        return self._fit.window

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """One turn, tried again while the server is busy or breaks off; what cannot be read goes back to it once.

        Text of a try that failed has gone to ``on_text`` and is not in the turn; its tokens are counted.
        """
        import httpx2

        await self._look_up(on_text)
        failed, shrunk = 0, False
        paid = Usage()
        wrong: Unreadable | None = None
        while True:
            answer = Answer(on_text if self._takes.tools else lambda _: None)
            sent: dict[str, Any] = {}
            try:
                fitted = self._fit.request(request, self._max_tokens, self.name)
                sent = self._body(fitted, wrong)
                await complete(self._http, self.endpoint, sent, answer)
                paid += self._paid(answer, sent)
                return self._turn(request, answer, paid, wrong, on_text)
            except Unreadable as found:
                wrong = found
                self._tell(f"{found.why}: sent back to it once", on_text)
                continue
            except (failure.Refused, ErrorEvent, BrokenStream, httpx2.HTTPError, httpx2.InvalidURL) as error:
                problem = failure.understood(error, self.endpoint, self._name, self._known or ())
            if answer.usage or not answer.is_empty:
                paid += self._paid(answer, sent)
            if isinstance(problem.error, ContextFull):
                if shrunk or not self._shrinks(problem, sent):
                    raise problem.error from None
                shrunk = True
                continue
            if problem.refusal and self._takes.learn(problem.refusal):
                wrong = None
                continue
            failed += 1
            await pause(problem, failed, self._backoff, lambda line: self._tell(line, on_text))

    async def close(self) -> None:
        """Let go of connections."""
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.aclose()

    @property
    def _http(self) -> AsyncClient:
        if self._opened is None:
            self._opened = client(self.endpoint, self._stall)
        return self._opened

    def _body(self, request: TurnRequest, wrong: Unreadable | None) -> dict[str, Any]:
        write = wire.body if self._takes.tools else prompted.body
        fields = write(request, self._name, self._fit.output(self._max_tokens), self._takes)
        if wrong is not None:
            fields["messages"] += wrong.back
        return fields

    def _turn(
        self,
        request: TurnRequest,
        answer: Answer,
        paid: Usage,
        wrong: Unreadable | None,
        on_text: Callable[[str], None],
    ) -> Turn:
        if answer.finish == "content_filter" or (answer.refusal and answer.is_empty):
            why = answer.refusal or "its filter gave no reason"
            raise ModelRefused(
                f"{self.name} declined to go on: {why[:300]}", f"put the question in other words, {ELSE}"
            )
        text, calls = readable(answer, request, native=self._takes.tools, again=wrong is None)
        if not self._takes.tools:
            on_text(text)
        raw = ({"type": wire.REASONING, "text": answer.reasoning},) if answer.reasoning else ()
        stop: StopReason = "tool_use" if calls else "max_tokens" if answer.finish == "length" else "end_turn"
        if self._fit.shortened:
            self._note(f"{self.name} holds {self._fit.window:,} tokens: it reads tools and results in fewer words")
        if self._fit.left_out:
            self._note(f"{self.name} has no room for {self._fit.left_out} of the tools, and is not told of them")
        if not self._takes.tools:
            self._note(f"{self.name} has no tool calling: it writes its calls as JSON")
        notes, self._notes = tuple(self._notes), []
        return Turn(AssistantMessage(text, calls, raw), stop, paid, self._name, notes)

    def _paid(self, answer: Answer, sent: dict[str, Any]) -> Usage:
        """What a try took: as the server counted, else estimated from the characters."""
        usage, size = answer.usage, _size(sent)
        if usage is None:
            written = len(answer.text) + len(answer.reasoning) + sum(len(call.text) for call in answer.calls)
            read, wrote = int(size / self._fit.letters), int(written / self._fit.letters)
            usage = Usage(read, wrote, estimated_tokens=read + wrote)
            self._note(f"{self.name} does not count tokens: what is told of them is an estimate")
        else:
            self._fit.counted(size, usage.input_tokens + usage.cache_read_tokens)
        cost = self._price.cost(usage) if self._price else answer.billed or 0.0
        return replace(usage, cost_usd=cost)

    def _shrinks(self, problem: Failure, sent: dict[str, Any]) -> bool:
        """It did not fit: learn how much does, and whether a further try may."""
        held = failure.window(problem.refusal)
        size = _size(sent)
        if self._fit.window is not None and (held is None or held >= self._fit.window):
            # The window is as it was thought; a token is fewer characters than was thought.
            self._fit.letters = max(1.0, 0.7 * self._fit.letters)
        else:
            self._fit.window = held or max(2048, int(0.6 * size / self._fit.letters))
        return self._fit.letters > 1.0

    async def _look_up(self, on_text: Callable[[str], None]) -> None:
        """Ask the server what it is, once. Raises `ModelUnavailable` where no model is named and several are there."""
        if self._known is not None:
            return
        found = await lookup.server(self._http, self.endpoint, _LOOKUP)
        names = tuple(model.name for model in found.models)
        if not self._name:
            if len(names) != 1:
                host = self.endpoint.host
                why = {0: f"nothing answers at {host}", 401: f"{host} refuses the key"}.get(found.status)
                there = f"there are {', '.join(names[:8])}" if names else why or f"{host} lists none"
                raise ModelUnavailable(
                    f"{self.name} names no model: {there}", f"write {self.endpoint.kind}:MODEL, {ELSE}"
                )
            self._name = names[0]
        if found.status:
            if found.kind == "ollama":
                self._tell(f"{self.endpoint.host} loads {self._name}", on_text)
            told = await lookup.model(self._http, self.endpoint, found, self._name, _LOOKUP, load=True)
            self._fit.window = self._fit.window or told.context
            self._price = self._price or told.price
            if told.tools is False and self.endpoint.tools is None:
                self._takes.tools = False
            self._known = names

    def _note(self, text: str) -> None:
        """For the record, once."""
        if text not in self._noted:
            self._noted.add(text)
            self._notes.append(text)

    def _tell(self, line: str, on_text: Callable[[str], None]) -> None:
        if self.on_status is not None:
            self.on_status(line)
        else:
            on_text(f"\n[{line}]\n")


def _size(sent: dict[str, Any]) -> int:
    """Characters of what a model reads of a request."""
    return len(json.dumps([sent.get("messages"), sent.get("tools")], ensure_ascii=False)) if sent else 0
