"""Several models, one behind the other: when one fails for good, the next goes on from the same conversation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from aisre_nb.errors import ModelError
from aisre_nb.models.base import AssistantMessage, Message, Model, Turn, TurnRequest


class Then:
    """Asks the first that has not failed. Each tries again by itself what a further try may mend, before it fails."""

    def __init__(self, models: Sequence[Model]) -> None:
        self._models = tuple(models)
        self._at = 0
        self._foreign = 0
        """So many messages were there when the one that answers now began."""

    @property
    def name(self) -> str:
        """Those that have answered, and who does now: ``"claude-opus-5-5, then builtin"``."""
        return ", then ".join(model.name for model in self._models[: self._at + 1])

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(model.name for model in self._models)

    @property
    def priced(self) -> bool:
        """Whether the prices of all are known."""
        return all(getattr(model, "priced", True) for model in self._models)

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """A turn of the first that answers. Raises what the last one raises."""
        notes: list[str] = []
        while True:
            model = self._models[self._at]
            try:
                turn = await model.turn(replace(request, messages=self._plain(request.messages)), on_text)
            except ModelError as error:
                if self._at + 1 == len(self._models):
                    raise
                self._at += 1
                self._foreign = len(request.messages)
                told = f"{model.name} failed: {error.message}: {self._models[self._at].name} goes on from here"
                notes.append(told)
                on_text(f"\n[{told}]\n")
                continue
            return replace(turn, notes=(*notes, *turn.notes))

    async def close(self) -> None:
        """Let go of all connections."""
        for model in self._models:
            await model.close()

    def _plain(self, messages: Sequence[Message]) -> list[Message]:
        """What another model signed or thought is nothing to hand to this one; what it said and called stays."""
        return [
            replace(message, raw=()) if n < self._foreign and isinstance(message, AssistantMessage) else message
            for n, message in enumerate(messages)
        ]


class Unavailable:
    """A model that cannot be had, so that the one behind it goes on."""

    def __init__(self, name: str, error: ModelError) -> None:
        self.name = name
        self._error = error

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """Raises why."""
        raise self._error

    async def close(self) -> None:
        """There is nothing to let go of."""
