"""A model that says what it is told, two small tools, and an investigation around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pydantic import BaseModel

from aisre_nb.approval.decision import Decision, Proposal
from aisre_nb.approval.policy import Policy
from aisre_nb.models.base import AssistantMessage, ToolCall, Turn, TurnRequest, Usage
from aisre_nb.record.record import Record
from aisre_nb.session.investigation import Investigation
from aisre_nb.settings import Settings
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.registry import Registry
from aisre_nb.tools.tool import ChangeView, FileChange, Tool, ToolContext, ToolResult

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Look(BaseModel):
    what: str
    rows: int = 3


class Alter(BaseModel):
    title: str
    what: str = "flag"


@dataclass
class World:
    """What the tools look at and alter."""

    state: str = "before"
    altered: list[Alter] = field(default_factory=list)
    looked: int = 0


@dataclass
class Scripted:
    """A model that plays its turns; a turn is a text, calls, an exception, or a function of the request."""

    turns: list[Any]
    name: str = "scripted"
    seen: list[TurnRequest] = field(default_factory=list)
    cost: float = 0.0

    async def turn(self, request: TurnRequest, on_text: Callable[[str], None]) -> Turn:
        self.seen.append(request)
        step = self.turns.pop(0) if self.turns else "I have nothing more to say."
        if callable(step) and not isinstance(step, type):
            step = step(request)
        if isinstance(step, BaseException):
            raise step
        text = step if isinstance(step, str) else "Looking."
        on_text(text)
        calls = (
            ()
            if isinstance(step, str)
            else tuple(ToolCall(f"c{len(self.seen)}.{i}", name, arguments) for i, (name, arguments) in enumerate(step))
        )
        usage = Usage(input_tokens=10, output_tokens=5, cost_usd=self.cost)
        return Turn(AssistantMessage(text, calls), "tool_use" if calls else "end_turn", usage, self.name)

    async def close(self) -> None:
        pass


@dataclass
class Fixed:
    """Decides as it is told, and keeps what it was shown."""

    verdict: str = "approve"
    edits: Mapping[str, Any] = field(default_factory=dict)
    meanwhile: Callable[[], None] | None = None
    shown: list[Proposal] = field(default_factory=list)

    async def decide(self, proposal: Proposal) -> Decision:
        self.shown.append(proposal)
        if self.meanwhile:
            self.meanwhile()
        arguments = {**proposal.arguments, **self.edits} if self.verdict == "edit" else {}
        return Decision(proposal.call_id, self.verdict, proposal.digest, "panel", "ada", NOW, arguments, "because", 2.0)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def registry(world: World) -> Registry:
    async def look(context: ToolContext, arguments: Look) -> ToolResult:
        world.looked += 1
        if arguments.what == "broken":
            raise ValueError("no\nsuch thing")
        frame = pd.DataFrame({"n": range(arguments.rows), "what": arguments.what})
        return ToolResult(
            "table", arguments.what, f"{arguments.rows} rows", frame, {"rows": arguments.rows, "service": "x"}
        )

    async def view(context: ToolContext, arguments: Alter) -> ChangeView:
        change = FileChange("f", world.state, "after", f"-{world.state}\n+after\n")
        return ChangeView(arguments.title, "body", "the world", (change,), ("title",))

    async def alter(context: ToolContext, arguments: Alter) -> ToolResult:
        world.altered.append(arguments)
        return ToolResult("text", arguments.title, "altered")

    registry = Registry()
    registry.add(Tool("look", "Looks.", Look, look))
    registry.add(Tool("alter", "Alters.", Alter, alter, "change", view))
    return registry


@pytest.fixture
def investigate(registry: Registry, tmp_path: Path) -> Iterator[Callable[..., Investigation]]:
    opened: list[Investigation] = []

    def make(*turns: Any, policy: str = "read", cost: float = 0.0, **settings: Any) -> Investigation:
        record = Record.create(tmp_path / "records", "why")
        inv = Investigation(
            Settings(**settings),
            Sources(now=NOW),
            Scripted(list(turns), cost=cost),
            registry,
            Policy.parse(policy),
            record,
        )
        opened.append(inv)
        return inv

    yield make
    for inv in opened:
        assert inv.record is not None
        inv.record.close()


@pytest.fixture
def fixed() -> type[Fixed]:
    return Fixed


@pytest.fixture
def report() -> Callable[..., list[tuple[str, dict[str, Any]]]]:
    def make(*claims: dict[str, Any], outcome: str = "root_cause") -> list[tuple[str, dict[str, Any]]]:
        cause = {"services": ["x"], "summary": "x broke"} if outcome == "root_cause" else None
        return [("submit_report", {"outcome": outcome, "root_cause": cause, "claims": list(claims)})]

    return make
