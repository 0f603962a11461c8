"""A record is gone on with: what was found is there, and nothing is asked twice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.errors import RecordError, UsageError
from aisre_nb.models.base import UserMessage
from aisre_nb.models.builtin.model import BuiltinModel
from aisre_nb.record.events import Asked, Decided, ToolFinished, ToolStarted
from aisre_nb.record.record import Record
from aisre_nb.sandbox import make
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.resumed import resumed, sources_of, where_it_stopped
from aisre_nb.session.start import start
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry

QUESTION = "There is an issue with the cart service, can you find the root cause?"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(model="builtin", record_dir=tmp_path / ".aisre" / "records")


@pytest.fixture
def ended(settings: Settings, tmp_path: Path) -> Path:
    """The folder of a record that ended."""
    world = make("cart-errors", 1, tmp_path / "world", hours=1, per_second=4)
    inv = start(settings, sources=open_folder(world), question=QUESTION)
    _ask(inv, QUESTION)
    assert inv.record is not None
    return inv.record.folder


def _ask(inv: Investigation, question: str) -> None:
    async def run() -> None:
        try:
            await inv.ask(question, approver=AutomaticApprover(inv.policy, "nobody"))
        finally:
            await inv.close()

    asyncio.run(run())


def _cut(folder: Path, after: str) -> None:
    """As a crash leaves it: the events up to the second of a kind, and half a line."""
    lines = (folder / "events.jsonl").read_text().splitlines()
    places = [n for n, line in enumerate(lines) if json.loads(line)["type"] == after]
    (folder / "events.jsonl").write_text("\n".join(lines[: places[4] + 1]) + '\n{"type": "tool_fin')


def test_what_was_found_is_there_and_the_next_question_goes_on(settings: Settings, ended: Path) -> None:
    record = Record.resume(ended)
    assert where_it_stopped(record).startswith("it had ended (answered) after ")
    before = len(record.events)
    inv = resumed(settings, record, sources_of(record), BuiltinModel())
    assert inv.report is not None and inv.report.outcome == "root_cause" and len(inv.steps) > 8
    assert {s.decision.verdict for s in inv.steps if s.decision} == {"denied"}
    (told,) = [m for m in inv.messages if isinstance(m, UserMessage)]
    assert QUESTION in told.text and "It was reported: root_cause" in told.text and "evidence=E3" in told.text
    known = len(inv.evidence)
    _ask(inv, QUESTION)
    assert inv.report.outcome == "root_cause" and len(inv.evidence) > known
    again = Record.load(ended)
    assert len(again.events) > before and again.notes == ()
    numbers = [e.id for e in again.events if e.type == "evidence"]
    assert len(numbers) == len(set(numbers)), "numbers go on"


def test_what_was_cut_off_says_where_and_goes_on_to_a_report(settings: Settings, ended: Path) -> None:
    _cut(ended, "tool_started")
    record = Record.resume(ended)
    assert "it was cut off after 4 steps, while get_" in where_it_stopped(record)
    inv = resumed(settings, record, sources_of(record), BuiltinModel())
    assert inv.report is None and len(inv.evidence) == 4
    _ask(inv, QUESTION)
    assert inv.report is not None and inv.report.outcome == "root_cause"


def test_two_writers_are_one_too_many(settings: Settings, ended: Path) -> None:
    first = Record.resume(ended)
    with pytest.raises(RecordError, match="is being written by process"):
        Record.resume(ended)
    assert Record.load(ended).events, "anybody may read"
    first.close()


def test_a_record_that_does_not_say_what_it_asked_cannot_be_gone_on_with(ended: Path) -> None:
    events = ended / "events.jsonl"
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    events.write_text("".join(json.dumps({k: v for k, v in line.items() if k != "where"}) + "\n" for line in lines))
    with pytest.raises(UsageError, match="does not say which sources it asked"):
        sources_of(Record.load(ended))


def test_an_approval_belongs_to_its_step_whatever_ids_a_model_gives(settings: Settings, tmp_path: Path) -> None:
    record = Record.create(settings.record_dir, "why")
    call = {"call_id": "c1", "arguments": {}}
    for event in (
        Asked(question="why", model="m", policy="read"),
        ToolStarted(n=1, tool="alter", effect="change", **call),
        Decided(n=1, call_id="c1", tool="alter", verdict="approve", channel="panel", who="ada"),
        ToolFinished(n=1, tool="alter", effect="change", text="altered", **call),
        ToolFinished(n=2, tool="alter", effect="change", error="it does not fit", **call),
        ToolStarted(n=3, tool="alter", effect="change", **call),
    ):
        record.append(event)
    assert where_it_stopped(record).endswith("while alter ran or was decided")
    inv = resumed(settings, record, Sources(), BuiltinModel(), Registry())
    assert [step.decision and step.decision.who for step in inv.steps] == ["ada", None]
    record.close()
