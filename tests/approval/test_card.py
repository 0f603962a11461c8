"""The panel's state."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import aisre_nb.approval
from aisre_nb.approval.card import Panel

HERE = Path(aisre_nb.approval.__file__).parent


@pytest.fixture
def panel() -> Iterator[Panel]:
    made = Panel()
    yield made
    made.close()


async def test_updates_come_at_most_ten_times_a_second_and_the_last_one_arrives(panel: Panel) -> None:
    seen: list[str] = []
    panel.observe(lambda change: seen.append(change["new"]), names="tail")
    for _ in range(300):
        panel.say("word ")
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.15)
    assert len(seen) <= 8
    assert seen[-1] == "word " * 300


async def test_of_what_is_said_the_end_is_kept(panel: Panel) -> None:
    for n in range(2000):
        panel.say(f"{n} ")
    panel.flush()
    assert len(panel.tail) == 4000 and panel.tail.endswith("1998 1999 ")


async def test_a_proposal_does_not_wait(panel: Panel) -> None:
    panel.show(status="one")
    panel.show(status="two")
    panel.propose({"call_id": "c1"})
    assert (panel.status, panel.proposal) == ("two", {"call_id": "c1"})


def _hear(panel: Panel, **content: Any) -> None:
    panel._handle_custom_msg(content, [])


async def test_the_first_page_is_home_and_another_one_is_known(panel: Panel) -> None:
    _hear(panel, type="ready", page="one")
    _hear(panel, type="ready", page="one")
    assert panel.ready.is_set() and panel.home == "one" and not panel.elsewhere
    _hear(panel, type="ready", page="two")
    assert panel.home == "one" and panel.elsewhere


async def test_a_decision_goes_to_whoever_waits_for_one(panel: Panel) -> None:
    heard: list[Any] = []
    _hear(panel, type="decision", verdict="approve")
    panel.heard = heard.append
    _hear(panel, type="decision", verdict="stop")
    _hear(panel, type="else")
    assert [h["verdict"] for h in heard] == ["stop"]


async def test_the_end_closes_it_but_where_another_page_has_nothing_else() -> None:
    panel = Panel()
    panel.end("over")
    assert panel.comm is None
    panel = Panel()
    _hear(panel, type="ready", page="one")
    _hear(panel, type="ready", page="two")
    panel.end("over")
    assert panel.comm is not None and (panel.status, panel.over) == ("over", True)
    panel.close()


def test_the_page_draws_foreign_text_as_text_alone() -> None:
    script = (HERE / "card.js").read_text()
    for door in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", 'setAttribute("on', "http"):
        assert door not in script
    assert "http" not in (HERE / "card.css").read_text() and "@import" not in (HERE / "card.css").read_text()
