"""Our own server before the library's client, in this process: reads, changes, the investigator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import mcp_types as types
import pandas as pd
import pytest
from mcp import Client
from pydantic import BaseModel

from aisre_nb.evidence.change import ChangeView
from aisre_nb.evidence.result import ToolResult
from aisre_nb.mcp.serving.server import Offer
from aisre_nb.session.investigation import Investigation
from aisre_nb.tools.earlier import read_evidence
from aisre_nb.tools.tool import Tool, ToolContext

Make = Callable[..., Investigation]
DONE: list[str] = []
CANCELLED: list[str] = []


class Look(BaseModel):
    rows: int = 3


class Alter(BaseModel):
    title: str


async def _look(context: ToolContext, given: Look) -> ToolResult:
    context.tell("half way")
    if given.rows < 0:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            CANCELLED.append("look")
            raise
    frame = pd.DataFrame(
        {"n": range(given.rows), "key": "AKIAIOSFODNN7EXAMPLE", "at": pd.Timestamp("2026-03-01T12:00:00Z")}
    )
    return ToolResult("table", "Rows", f"{given.rows} rows", frame, {"rows": given.rows}, "fake", "look")


async def _view(context: ToolContext, given: Alter) -> ChangeView:
    return ChangeView(f"Alter {given.title}", "the body", "the world", rows=(("state", "old", given.title),))


async def _alter(context: ToolContext, given: Alter) -> ToolResult:
    DONE.append(given.title)
    return ToolResult("text", given.title, "altered", text="altered")


@pytest.fixture
def offer(investigation: Make) -> Callable[..., Offer]:
    def make(*turns: Any, changes: bool = False) -> Offer:
        DONE.clear()
        CANCELLED.clear()

        def filled(*turns: Any) -> Investigation:
            inv = investigation(*turns, policy="read" if changes else "none")
            for tool in (Tool("look", "Looks.", Look, _look), Tool("alter", "Alters.", Alter, _alter, "change", _view)):
                inv.registry.add(tool)
            inv.registry.add(read_evidence)
            return inv

        async def begin(question: str) -> Investigation:
            return filled(*turns)

        return Offer(filled(), begin, changes=changes)

    return make


class User:
    """Of the client: answers forms, and keeps them."""

    def __init__(self, **answer: str) -> None:
        self.forms: list[types.ElicitRequestFormParams] = []
        self.told: list[str | None] = []
        self._answer = answer

    async def elicit(self, context: Any, params: Any) -> types.ElicitResult:
        self.forms.append(params)
        return (
            types.ElicitResult(action="accept", content=dict(self._answer))
            if self._answer
            else types.ElicitResult(action="decline")
        )

    async def progress(self, done: float, total: float | None, message: str | None) -> None:
        self.told.append(message)


def _client(offer: Offer, mode: str, user: User | None = None) -> Client:
    return Client(offer.server(), mode=mode, elicitation_callback=user.elicit if user else None)


MODES = pytest.mark.parametrize("mode", ["auto", "legacy"])


@MODES
async def test_reads_are_offered_with_schemas_and_answer_by_them(mode: str, offer: Callable[..., Offer]) -> None:
    user = User()
    async with _client(offer(), mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"investigate", "look", "read_evidence"}
        assert tools["look"].annotations is not None and tools["look"].annotations.read_only_hint
        assert tools["look"].output_schema is not None
        # The client holds what comes against the schema that was told.
        found = await client.call_tool("look", {"rows": 900}, progress_callback=user.progress)
        told = found.structured_content
        assert (told["evidence"], told["total_rows"], len(told["rows"])) == ("E1", 900, 200)
        assert told["rows"][0] == {"n": 0, "key": "[redacted:aws_key:1]", "at": "2026-03-01T12:00:00+00:00"}
        assert "AKIA" not in str(found) and "half way" in user.told
        more = await client.call_tool("read_evidence", {"id": "E1", "offset": 899})
        assert more.structured_content["rows"][0]["n"] == 899


@MODES
@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("look", {"rows": "many"}, "look: rows: "),
        ("nothing", {}, "there is no tool 'nothing' → the tools are investigate, look"),
        ("alter", {"title": "x"}, "there is no tool 'alter'"),
        ("read_evidence", {"id": "E9"}, "there is no E9"),
        ("investigate", {}, "investigate needs a question"),
    ],
)
async def test_what_is_wrong_is_a_line(
    mode: str, tool: str, arguments: dict[str, Any], said: str, offer: Callable[..., Offer]
) -> None:
    async with _client(offer(), mode) as client:
        found = await client.call_tool(tool, arguments)
        assert found.is_error and said in found.content[0].text  # type: ignore[union-attr]
    assert DONE == []


@MODES
@pytest.mark.parametrize(
    ("user", "done", "said"),
    [
        (User(decision="approve"), ["new"], "altered"),
        (User(decision="reject", reason="not today"), [], "not today"),
        (User(), [], "the client's user did not approve it"),
        (None, [], "cannot ask its user"),
    ],
)
async def test_a_change_runs_only_as_the_client_s_user_approved_it(
    mode: str, user: User | None, done: list[str], said: str, offer: Callable[..., Offer]
) -> None:
    if user is not None:
        user.forms.clear()
    async with _client(offer(changes=True), mode, user) as client:
        found = await client.call_tool("alter", {"title": "new"})
        assert said in found.content[0].text and done == DONE  # type: ignore[union-attr]
    if user is not None:
        [form] = user.forms
        assert "Alter new" in form.message and "state: old → new" in form.message


async def test_an_approval_is_of_the_call_that_was_shown(offer: Callable[..., Offer]) -> None:
    async with _client(offer(changes=True), "auto", User(decision="approve")) as client:
        asked = await client.session.call_tool("alter", {"title": "new"}, allow_input_required=True)
        assert isinstance(asked, types.InputRequiredResult) and DONE == []
        yes = {"approval": types.ElicitResult(action="accept", content={"decision": "approve"})}
        for arguments, state in (({"title": "other"}, asked.request_state), ({"title": "new"}, "made-up")):
            found = await client.session.call_tool("alter", arguments, input_responses=yes, request_state=state)
            assert isinstance(found, types.CallToolResult) and found.is_error and DONE == []
        again = await client.session.call_tool(
            "alter", {"title": "new"}, input_responses=yes, request_state=asked.request_state
        )
        assert isinstance(again, types.CallToolResult) and not again.is_error and DONE == ["new"]
        # What was answered once cannot be answered again.
        twice = await client.session.call_tool(
            "alter", {"title": "new"}, input_responses=yes, request_state=asked.request_state
        )
        assert isinstance(twice, types.CallToolResult) and twice.is_error and DONE == ["new"]


@MODES
async def test_a_cancelled_call_ends(mode: str, offer: Callable[..., Offer]) -> None:
    async with _client(offer(), mode) as client:
        calling = asyncio.ensure_future(client.call_tool("look", {"rows": -1}))
        await asyncio.sleep(0.1)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        for _ in range(50):
            if CANCELLED:
                break
            await asyncio.sleep(0.02)
        assert CANCELLED == ["look"]
        assert not (await client.call_tool("look", {})).is_error


@MODES
@pytest.mark.parametrize("changes", [True, False])
async def test_the_investigator_answers_with_its_report(mode: str, changes: bool, offer: Callable[..., Offer]) -> None:
    user, turns = User(decision="approve"), ([("look", {})], [("alter", {"title": "fix"})])
    async with _client(offer(*turns, changes=changes), mode, user) as client:
        found = await client.call_tool("investigate", {"question": "why?"}, progress_callback=user.progress)
    told = found.structured_content
    assert [step["tool"] for step in told["steps"]] == ["look", "alter"] and told["record"]
    assert (DONE, len(user.forms)) == ((["fix"], 1) if changes else ([], 0))
    assert told["steps"][1]["decision"] == ("approve" if changes else "denied")
    assert any(line and line.startswith("1. look: E1") for line in user.told)
