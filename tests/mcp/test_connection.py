"""Real servers: called, cancelled, dying, hanging, flooding; nothing of them stays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from aisre_nb.errors import SourceUnreachable
from aisre_nb.mcp.connection import Connection
from aisre_nb.mcp.spec import ServerSpec

Spec = Callable[..., ServerSpec]
Connect = Callable[[ServerSpec], Awaitable[Connection]]


async def _called(connection: Connection, person: Any, tool: str, **arguments: Any) -> Any:
    return await connection.call(tool, arguments, person.progress, person.elicit)


@pytest.mark.parametrize("protocol", ["auto", "legacy"])
async def test_both_generations_list_call_tell_ask_and_cancel(
    protocol: str, spec: Spec, connect: Connect, person: Any, tmp_path: Path
) -> None:
    up = await connect(spec(protocol=protocol))
    assert up.version == {"auto": "2026-07-28", "legacy": "2025-11-25"}[protocol]
    assert {"add", "pods", "where"} <= {tool.name for tool in up.tools}
    assert all(tool.output_schema is None for tool in up.tools)
    ada = person(name="prod", nodes=5)
    assert (await _called(up, ada, "add", a=1, b=2)).structured_content == {"result": 3}
    assert (await _called(up, ada, "where")).content[0].text == "prod with 5 nodes"
    assert [asked.message for asked in ada.asked] == ["Which cluster do you mean?"]
    assert (await _called(up, person(), "where")).content[0].text == "nobody said"
    assert (await _called(up, ada, "slow", seconds=0.1)).content[0].text == "done"
    assert (9.0, 10.0, "step 9") in ada.told
    failed = await _called(up, ada, "fails")
    assert failed.is_error and "the disk is full" in failed.content[0].text
    await _cancelled(up, person(), tmp_path / "marker")
    await _given_up(up, person())


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def _cancelled(up: Connection, ada: Any, marker: Path) -> None:
    """A call that is cancelled here is cancelled there."""
    calling = asyncio.ensure_future(_called(up, ada, "hang", marker=str(marker)))
    await asyncio.sleep(0.2)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    for _ in range(100):
        if _read(marker):
            break
        await asyncio.sleep(0.02)
    assert _read(marker) == "cancelled"
    assert (await _called(up, ada, "add", a=1, b=1)).structured_content == {"result": 2}


async def _given_up(up: Connection, ada: Any) -> None:
    """One that hangs is given up, and can be asked again; one that tells how far it is may take longer."""
    up.spec = replace(up.spec, call_seconds=0.3)
    with pytest.raises(SourceUnreachable, match=r"small gave no answer within 0\.3 s → ask for less"):
        await _called(up, ada, "hang", marker="never")
    assert (await _called(up, ada, "slow", seconds=0.8)).content[0].text == "done"
    assert up.starts == 1


async def test_one_that_dies_is_started_again_and_waited_for_longer_each_time(
    spec: Spec, connect: Connect, person: Any
) -> None:
    up = await connect(spec("bare"))
    with pytest.raises(SourceUnreachable, match="bare ended while die ran; it said: RuntimeError: out of memory"):
        await _called(up, person(), "die")
    assert (await _called(up, person(), "add", a=1, b=2)).structured_content == {"result": 3}
    assert up.starts == 2
    up._row = 6
    with pytest.raises(SourceUnreachable, match="bare ended while die ran"):
        await _called(up, person(), "die")
    # The next start of a row is due after a while that grows.
    up._not_before = time.monotonic() + 30
    with pytest.raises(SourceUnreachable, match=r"bare ended again and again → .* not started again within (30|29) s"):
        await _called(up, person(), "add", a=1, b=2)


async def test_what_floods_is_ended(spec: Spec, connect: Connect, person: Any) -> None:
    up = await connect(spec("bare"))
    begin = time.monotonic()
    with pytest.raises(
        SourceUnreachable,
        match="bare ended while pour ran; it said: ended, for it sent more than 5000 lines in a second",
    ):
        await _called(up, person(), "pour", lines=50_000)
    with pytest.raises(
        SourceUnreachable, match="bare ended while shout ran; it said: ended, for it sent a line of more than"
    ):
        await _called(up, person(), "shout", size=9_000_000)
    assert time.monotonic() - begin < 10
    assert (await _called(up, person(), "add", a=1, b=2)).structured_content == {"result": 3}


async def test_what_it_started_ends_with_it(spec: Spec, connect: Connect, person: Any, tmp_path: Path) -> None:
    up = await connect(spec("bare"))
    found = await _called(up, person(), "child", marker=str(tmp_path / "marker"))
    grandchild = psutil.Process(found.structured_content["result"])
    assert grandchild.is_running()
    await up.close()
    psutil.wait_procs([grandchild], timeout=5)
    assert not grandchild.is_running() or grandchild.status() == psutil.STATUS_ZOMBIE


async def test_it_gets_its_own_environment_and_no_answer_holds_a_secret(
    spec: Spec, connect: Connect, person: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISRE_TEST_KEY", "a-key-of-ours")
    secret = "hunter2-hunter2"
    given = spec("bare", env={"TOKEN": secret}, secrets=frozenset({secret}))
    assert secret not in repr(given)
    up = await connect(given)
    found = await _called(up, person(), "secret")
    assert found.content[0].text == "the token is [redacted:mcp], the key is not there"
    assert found.structured_content == {"result": "the token is [redacted:mcp], the key is not there"}


async def test_one_that_does_not_start_says_why(spec: Spec, connect: Connect) -> None:
    said = "bare ended before it listed its tools; it said: the token was refused by the backend → try its command"
    with pytest.raises(SourceUnreachable, match=said):
        await connect(spec("bare", "angry"))


async def test_one_that_was_closed_is_not_started_by_an_old_tool(spec: Spec, connect: Connect, person: Any) -> None:
    up = await connect(spec("bare"))
    await up.close()
    with pytest.raises(SourceUnreachable, match="bare was closed"):
        await _called(up, person(), "add", a=1, b=2)
    assert up.starts == 1


async def test_a_program_that_is_not_there_is_named(spec: Spec, connect: Connect) -> None:
    with pytest.raises(SourceUnreachable, match="x: the program no-such-program is not there → install it"):
        await connect(ServerSpec("x", "no-such-program"))


async def test_hostile_lists_and_answers_cost_nothing(spec: Spec, connect: Connect, person: Any) -> None:
    begin = time.monotonic()
    up = await connect(spec("bare", "hostile"))
    assert len(up.tools) == 6
    # Held against the schema that it lists, this answer would be looked at for ever.
    found = await _called(up, person(), "pattern", a="x")
    assert found.content[0].text == "done"
    assert time.monotonic() - begin < 5


async def test_lines_that_are_no_messages_are_passed_over(spec: Spec, connect: Connect, person: Any) -> None:
    up = await connect(spec("bare"))
    assert (await _called(up, person(), "garbage")).content[0].text == "done"
