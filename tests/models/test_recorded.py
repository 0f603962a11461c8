"""A kept conversation, played again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ModelError, ModelUnavailable
from aisre_nb.models.base import ToolCall, Usage
from aisre_nb.models.recorded import RecordedModel
from aisre_nb.record.events import Asked, Ended, Event, ModelTurn

LOOK = ModelTurn(
    n=1, text="Look.", calls=[{"id": "a", "name": "look", "arguments": {"service": "x"}}],
    raw=[{"type": "text", "text": "Look."}], stop="tool_use", usage={"cost_usd": 1.5},
)  # fmt: skip
DONE = ModelTurn(n=2, text="Done.", calls=[])


def _write(folder: Path, *events: Event, tail: str = "") -> Path:
    lines = [event.model_dump_json() for event in events]
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n" + tail, encoding="utf-8")
    return folder


async def test_turns_come_in_their_order_and_cost_nothing(ask: Any) -> None:
    model, said = RecordedModel([LOOK, DONE]), list[str]()
    first = await model.turn(ask(), said.append)
    assert first.message.calls == (ToolCall("a", "look", {"service": "x"}),) and first.stop == "tool_use"
    assert first.message.raw == ({"type": "text", "text": "Look."},)
    last = await model.turn(ask(), said.append)
    assert (last.stop, last.message.text, last.model) == ("end_turn", "Done.", "recorded")
    assert first.usage == last.usage == Usage() and said == ["Look.", "Done."]


async def test_a_conversation_that_asks_for_more_ends_in_one_line(ask: Any) -> None:
    model = RecordedModel([DONE])
    await model.turn(ask(), lambda _: None)
    with pytest.raises(ModelError, match="holds 1 turns of a model and this conversation asks for more"):
        await model.turn(ask(), lambda _: None)


@pytest.mark.parametrize("given", ["folder", "file"])
def test_a_record_on_disk_is_read_up_to_a_half_written_line(tmp_path: Path, given: str) -> None:
    _write(
        tmp_path, Asked(question="q", model="m", policy="p"), LOOK, DONE, Ended(why="answered"), tail='{"type": "mod'
    )
    assert RecordedModel.load(tmp_path if given == "folder" else tmp_path / "events.jsonl").turns == 2


@pytest.mark.parametrize(
    ("lines", "says"),
    [(None, "cannot be read"), ("nonsense\n" + LOOK.model_dump_json(), "line 1"), ("", "holds no answer")],
    ids=["missing", "broken", "empty"],
)
def test_what_is_no_record_is_one_line(tmp_path: Path, lines: str | None, says: str) -> None:
    if lines is not None:
        (tmp_path / "events.jsonl").write_text(lines, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=says):
        RecordedModel.load(tmp_path)
