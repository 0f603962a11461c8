"""Claude, over the streaming Messages API of the ``anthropic`` SDK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from aisre_nb.errors import ContextFull, ModelRefused, ModelUnavailable
from aisre_nb.models import claude_wire
from aisre_nb.models.backoff import Backoff
from aisre_nb.models.base import StopReason, Turn, TurnRequest, Usage
from aisre_nb.models.claude_failure import understood
from aisre_nb.models.claude_models import newest_suitable, output_limit, takes_disabled_thinking
from aisre_nb.models.claude_stream import Reading
from aisre_nb.models.claude_takes import Takes
from aisre_nb.models.failure import ELSE, BrokenStream, pause
from aisre_nb.models.pricing import cost, price

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import ModelInfo

Effort = Literal["low", "medium", "high", "xhigh", "max"]

_STOPS: dict[str, StopReason] = {
    "tool_use": "tool_use",
    "end_turn": "end_turn",
    "stop_sequence": "end_turn",
    "max_tokens": "max_tokens",
    "pause_turn": "pause",
}


class ClaudeModel:
    """One of Anthropic's models.

    ``model`` None means the newest suitable one that the API lists (`newest_suitable`), looked up at the first turn.
    Without ``api_key`` and ``auth_token`` the SDK looks for credentials in its own places. ``max_tokens`` limits one
    turn's output, thinking included; ``effort`` None is the model's default; ``stall_seconds`` is how long nothing may
    come. ``client`` is one of the SDK's other clients (see `PlatformModel`), and ``mend`` says what gives credentials.
    Raises `ModelUnavailable` where there are no credentials.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        api_key: str | None = None,
        auth_token: str | None = None,
        base_url: str | None = None,
        max_tokens: int = 32_000,
        effort: Effort | None = None,
        on_status: Callable[[str], None] | None = None,
        backoff: Backoff | None = None,
        stall_seconds: float = 90.0,
        client: Any = None,
        mend: str = "set ANTHROPIC_API_KEY",
    ) -> None:
        self.on_status = on_status
        """Gets a line while a turn waits: ``"overloaded, trying again in 2 s (2 of 5)"``. None: it goes to the text."""
        self._model = model
        self._max_tokens = max_tokens
        self._effort = effort
        self._backoff = backoff or Backoff()
        self._takes = Takes()
        self._listed: list[ModelInfo] | None = None
        self._looked_up = False
        self._mend = mend
        self._client: AsyncAnthropic = client or _client(api_key, auth_token, base_url, stall_seconds)

    @property
    def name(self) -> str:
        """The model's full name; ``"claude"`` until it is looked up."""
        return self._model or "claude"

    @property
    def priced(self) -> bool:
        """Whether its price is known; where not, its turns count as free and ``max_usd`` does not stop it."""
        return self._model is None or price(self.name) is not None

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """One turn, tried again while the API is busy or breaks off.

        Text of a try that failed has gone to ``on_text`` and is not in the turn; its tokens are counted.
        """
        import anthropic
        import httpx2

        failed = 0
        readings: list[Reading] = []
        while True:
            error: Exception
            try:
                return await self._try(request, on_text, readings)
            except (anthropic.AnthropicError, httpx2.HTTPError, BrokenStream) as raised:
                error = raised
            failure = understood(error, self.name, [model.id for model in self._listed or ()], self._mend)
            if failure.refusal and self._takes.learn(failure.refusal):
                continue
            failed += 1
            await pause(failure, failed, self._backoff, lambda line: self._tell(line, on_text))

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    async def listed(self) -> list[tuple[str, int | None]]:
        """The names that the API lists, and the tokens that fit each. Raises `ModelError`."""
        import anthropic
        import httpx2

        try:
            found = [model async for model in self._client.models.list(limit=100)]
        except (anthropic.AnthropicError, httpx2.HTTPError) as error:
            raise understood(error, self.name, (), self._mend).error from None
        windows = [model.to_dict().get("max_input_tokens") for model in found]
        return [(m.id, w if isinstance(w, int) else None) for m, w in zip(found, windows, strict=True)]

    async def _try(self, request: TurnRequest, on_text: Callable[[str], None], readings: list[Reading]) -> Turn:
        info = await self._look_up(on_text)
        room = min(self._max_tokens, output_limit(info) or self._max_tokens)
        takes = self._takes
        fields = claude_wire.body(request, self._model or self.name, room, self._effort, takes)
        async with self._client.messages.stream(**fields) as stream:
            reading = Reading(stream, notes=takes.adaptive and takes.notes, on_text=on_text)
            readings.append(reading)
            stop = await reading.read()
        if stop == "refusal":
            why = reading.refusal or "it gave no reason"
            raise ModelRefused(f"Claude declined to go on: {why}", f"put the question in other words, {ELSE}")
        if stop == "model_context_window_exceeded":
            raise ContextFull(f"{self.name}'s window is full", "begin anew with %sre reset")
        message = reading.message(cut=stop == "max_tokens")
        usage = sum((self._paid(each.usage) for each in readings), Usage())
        return Turn(message, _STOPS.get(stop, "end_turn"), usage, self.name)

    async def _look_up(self, on_text: Callable[[str], None]) -> ModelInfo | None:
        """What the API says of this model, choosing one first where none is named; None where it says nothing."""
        import anthropic

        if self._listed is None:
            try:
                self._listed = [model async for model in self._client.models.list(limit=100)]
            except (anthropic.NotFoundError, anthropic.PermissionDeniedError):
                # Gateways, and keys with few rights, answer messages without listing models.
                self._listed = []
        if self._model is None:
            self._model = newest_suitable(self._listed).id
            free = "" if self.priced else "; its price is not known, so max_usd does not stop it"
            self._tell(f"{self._model} answers{free}", on_text)
        info = next((model for model in self._listed if model.id == self._model), None)
        if not self._looked_up:
            self._takes.forced = takes_disabled_thinking(info) and self._effort not in ("xhigh", "max")
            self._looked_up = True
        return info

    def _paid(self, usage: Usage) -> Usage:
        return replace(usage, cost_usd=cost(self.name, usage))

    def _tell(self, line: str, on_text: Callable[[str], None]) -> None:
        if self.on_status is not None:
            self.on_status(line)
        else:
            on_text(f"\n[{line}]\n")


def _client(api_key: str | None, auth_token: str | None, base_url: str | None, stall: float) -> AsyncAnthropic:
    import anthropic
    import httpx2

    try:
        client = anthropic.AsyncAnthropic(
            api_key=api_key,
            auth_token=None if api_key else auth_token,
            base_url=base_url,
            # Our own retries: the SDK's are silent, and do not reach into a stream that has begun.
            max_retries=0,
            timeout=httpx2.Timeout(stall, connect=min(10.0, stall)),
        )
    except (anthropic.AnthropicError, httpx2.InvalidURL, ValueError, OSError) as error:
        raise ModelUnavailable(f"Claude cannot be set up: {error}", ELSE) from None
    headers = {name.lower() for name, value in client.default_headers.items() if isinstance(value, str)}
    if not headers & {"authorization", "x-api-key"} and client.credentials is None:
        raise ModelUnavailable("there is no key for Claude", f"set ANTHROPIC_API_KEY, {ELSE}")
    return client
