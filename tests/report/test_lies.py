"""A lying model: whatever it invents is struck or dropped, each of the lies, every time."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.models.base import AssistantMessage, ToolCall, Turn, TurnRequest
from aisre_nb.models.builtin.model import BuiltinModel
from aisre_nb.report.finish import finish
from aisre_nb.report.reading import Reader
from aisre_nb.report.report import Report, ReportDraft
from aisre_nb.sandbox import make
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.reporting import SUBMIT
from aisre_nb.session.start import start
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings
from tests.report.lies import LIES

SEEDS = (4,)


class Lying:
    """Investigates as the built-in one does, and lies when it reports, however often it is corrected."""

    name = "lying"

    def __init__(self, lie: Callable[[dict[str, Any]], Any] = lambda draft: None) -> None:
        self._inner, self._lie = BuiltinModel(), lie
        self.drafts: list[dict[str, Any]] = []

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        turn = await self._inner.turn(request, on_text)
        calls = []
        for call in turn.message.calls:
            if call.name == SUBMIT:
                self.drafts = self.drafts or [dict(call.arguments)]
                told = ReportDraft.model_validate(copy.deepcopy(self.drafts[0])).model_dump(mode="json")
                self._lie(told)
                call = ToolCall(call.id, call.name, told)
            calls.append(call)
        return Turn(AssistantMessage(turn.message.text, tuple(calls)), turn.stop, turn.usage, self.name)

    async def close(self) -> None:
        pass


@pytest.fixture(scope="module", params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", request.param, tmp_path_factory.mktemp("lies") / "world")


def _investigated(world: Path, records: Path, model: Lying) -> Investigation:
    settings = dataclasses.replace(Settings.load(world, {}), record_dir=records, model="builtin")
    sources = open_folder(world)
    inv = start(settings, sources=sources, question=sources.question)
    inv.model = model

    async def ask() -> None:
        try:
            await inv.ask(sources.question, approver=AutomaticApprover(inv.policy, "you"))
        finally:
            await inv.close()

    asyncio.run(ask())
    return inv


@pytest.fixture(scope="module")
def honest(world: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Investigation, dict[str, Any], Reader]:
    model = Lying()
    inv = _investigated(world, tmp_path_factory.mktemp("records"), model)
    draft = ReportDraft.model_validate(model.drafts[0]).model_dump(mode="json")
    return inv, draft, Reader(inv.evidence)


def shown(report: Report) -> list[str]:
    """Every sentence that a reader would take for true."""
    claims = [c.text for c in (*report.claims, *report.contributing, *report.impact) if c.result != "failed"]
    verdicts = [f"{h.verdict}: {h.text}" for h in report.hypotheses if h.verdict != "open"]
    rest = [one.text for one in (*report.timeline, *report.remediation) if one.result != "failed"]
    ranked = report.root_cause.ranked if report.root_cause else []
    cause = ["the cause"] if report.outcome == "root_cause" and not report.against else []
    return [*claims, *verdicts, *rest, *ranked, *cause, *report.gaps, *(["no fault"] * (report.outcome == "no_fault"))]


def test_there_are_lies_enough() -> None:
    assert len(LIES) >= 60


def test_the_truth_is_shown_whole(honest: tuple[Investigation, dict[str, Any], Reader]) -> None:
    inv, draft, reader = honest
    report = finish(ReportDraft.model_validate(draft), "q", inv.evidence, [], "m", reader=reader)
    assert report.outcome == "root_cause" and report.proved and report.dropped == [] and report.against == []
    sentences = (*report.claims, *report.impact, *report.hypotheses, *report.timeline, *report.remediation)
    assert [(one.text, one.detail) for one in sentences if one.result == "failed"] == []
    assert "the cause" in shown(report) and len(shown(report)) > 25


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_struck_or_dropped(honest: tuple[Investigation, dict[str, Any], Reader], name: str) -> None:
    inv, draft, reader = honest
    told = copy.deepcopy(draft)
    marker = LIES[name](told)
    report = finish(ReportDraft.model_validate(told), "q", inv.evidence, [], "m", reader=reader)
    assert marker not in shown(report), marker
    # One lie takes nothing else with it but what rests on it.
    true = [c["text"] for c in draft["claims"]]
    assert [text for text in true if text in shown(report)] == true


def test_a_model_that_goes_on_lying_is_corrected_once_and_struck_then(world: Path, tmp_path: Path) -> None:
    markers: list[str] = []

    def all_at_once(draft: dict[str, Any]) -> None:
        fields = [name for name in LIES if not name.startswith("cause_") and name != "nothing_is_wrong"]
        markers[:] = [LIES[name](draft) for name in fields]

    inv = _investigated(world, tmp_path, Lying(all_at_once))
    assert inv.report is not None
    assert [m for m in markers if m in shown(inv.report)] == [] and len(markers) > 45
    struck = [c for c in inv.report.claims if c.result == "failed"]
    assert struck and all(c.detail for c in struck)
    returned = [e.text for e in inv.events if e.type == "note" and "sent back to the model once" in e.text]
    assert len(returned) == 1
