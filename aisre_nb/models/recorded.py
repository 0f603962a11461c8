"""A kept conversation, played again: no key, no network, the same answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import ValidationError

from aisre_nb.errors import ModelError, ModelUnavailable
from aisre_nb.models.base import AssistantMessage, StopReason, ToolCall, Turn, TurnRequest
from aisre_nb.record.events import EVENT, ModelTurn

_STOPS: tuple[StopReason, ...] = ("tool_use", "end_turn", "max_tokens", "pause")


class RecordedModel:
    """Answers with the model turns of a record, in their order; nothing is paid for."""

    name = "recorded"

    def __init__(self, turns: Iterable[ModelTurn]) -> None:
        self._turns = tuple(turns)
        self._played = 0

    @classmethod
    def load(cls, path: Path) -> RecordedModel:
        """From a record's folder or its ``events.jsonl``; a half-written last line is left out.

        Raises `ModelUnavailable`.
        """
        file = path / "events.jsonl" if path.is_dir() else path
        try:
            lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise ModelUnavailable(f"the record {path} cannot be read: {error}", "give a record's folder") from None
        turns = []
        for number, line in enumerate(lines, 1):
            try:
                event = EVENT.validate_json(line)
            except ValidationError:
                if number == len(lines):
                    break
                raise ModelUnavailable(f"line {number} of {file} is not an event", "give another record") from None
            if isinstance(event, ModelTurn):
                turns.append(event)
        if not turns:
            raise ModelUnavailable(f"the record {path} holds no answer of a model", "give another record")
        return cls(turns)

    @property
    def turns(self) -> int:
        """How many turns were kept."""
        return len(self._turns)

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        """The next kept turn. Raises `ModelError` when all have been played."""
        if self._played >= len(self._turns):
            raise ModelError(
                f"the record holds {len(self._turns)} turns of a model and this conversation asks for more",
                "%sre reset replays it from its beginning",
            )
        kept = self._turns[self._played]
        self._played += 1
        calls = tuple(ToolCall(call["id"], call["name"], call.get("arguments", {})) for call in kept.calls)
        if kept.text:
            on_text(kept.text)
        stop = next((word for word in _STOPS if word == kept.stop), "tool_use" if calls else "end_turn")
        return Turn(AssistantMessage(kept.text, calls, tuple(kept.raw)), stop, model=self.name)

    async def close(self) -> None:
        """There is nothing to let go of."""
