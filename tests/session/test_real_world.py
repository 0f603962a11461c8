"""A sandbox world from the fault to the remedy: what is approved is done, time passes, and the signals recover."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.approval.automatic import AutomaticApprover
from aisre_nb.approval.policy import Policy
from aisre_nb.errors import ToolError
from aisre_nb.sandbox import make
from aisre_nb.session.investigation import Investigation
from aisre_nb.session.start import start
from aisre_nb.session.worlds import open_folder
from aisre_nb.settings import Settings

QUESTION = "There is an issue with the cart service, can you find the root cause?"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 7, tmp_path_factory.mktemp("world") / "case")


async def _asked(inv: Investigation, question: str) -> list[tuple[str, Any]]:
    """What was done for it: each tool with its verdict, its error, or nothing."""
    before = len(inv.steps)
    await inv.ask(question, approver=AutomaticApprover(inv.policy, "ada"))
    new = inv.steps[before:]
    return [(s.tool, s.evidence.facts.get("verdict") if s.evidence else s.error) for s in new]


async def test_a_merge_that_is_asked_for_mends_it_and_nothing_is_done_that_is_not_allowed(
    made: Path, tmp_path: Path
) -> None:
    settings = Settings(model="builtin", approve="all", record_dir=tmp_path / "records")
    inv = start(settings, sources=open_folder(made), question=QUESTION)
    begun = inv.now
    first = [tool for tool, _ in await _asked(inv, QUESTION)]
    assert first.count("create_pull_request") == 2 and "verify" not in first and inv.now == begun
    inv.policy = Policy.parse("read")
    ((tool, error),) = await _asked(inv, "merge pull request 1")
    assert tool == "merge_pull_request" and "nobody approved it" in error and inv.now == begun
    inv.policy = Policy.parse("all")
    assert await _asked(inv, "merge pull request 1") == [("merge_pull_request", None), ("verify", "recovered")]
    assert inv.now == begun + timedelta(minutes=10)
    assert json.loads((made / "manifest.json").read_text())["now"] == inv.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert inv.sources.cluster is not None
    with pytest.raises(ToolError, match="pull request 1 is merged already → open are 2"):
        await inv.sources.cluster.preview({"action": "merge", "number": 1})
    # What was read before is old now: the same call is made anew, and sees the new minutes.
    known = len(inv.evidence)
    assert await _asked(inv, "show the metrics of cart") == [("get_metrics", None)] and len(inv.evidence) == known + 1
    await inv.close()


async def test_each_action_can_be_shown_and_done_and_taken_back(tmp_path: Path) -> None:
    folder = make("cart-errors", 8, tmp_path / "case")
    cluster = open_folder(folder).cluster
    assert cluster is not None
    objects = json.loads((folder / "kubernetes.json").read_text())["items"]
    node = next(o["metadata"]["name"] for o in objects if o["kind"] == "Node")
    actions: list[dict[str, Any]] = [
        {"action": "rollback", "service": "cart"},
        {"action": "scale", "service": "cart", "replicas": 5},
        {"action": "restart", "service": "cart"},
        {"action": "cordon", "node": node, "drain": False},
        {"action": "silence", "matchers": {"service": "cart"}, "minutes": 30},
    ]
    for action in actions:
        planned = await cluster.preview(action)
        assert planned == await cluster.preview(action) and planned.rows and planned.title
        done = await cluster.apply(action)
        assert done.at == await cluster.now()
        if done.undo is not None:
            await cluster.preview(done.undo)
            await cluster.apply(done.undo)
        await cluster.wait(1, lambda text: None)
        assert await cluster.now() > done.at
