"""What was done is taken back, once, and only what was done."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.sandbox import make
from aisre_nb.session.worlds import open_folder
from aisre_nb.sources.sources import Sources
from aisre_nb.tools.incidents import update_incident
from aisre_nb.tools.pull_requests import create_pull_request
from aisre_nb.tools.tool import Tool, ToolContext
from aisre_nb.tools.undoing import undo_action


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("cart-errors", 1, tmp_path_factory.mktemp("undo") / "world", hours=1, per_second=2)


@pytest.fixture
def shop(made: Path, tmp_path: Path) -> Sources:
    import shutil

    return open_folder(Path(shutil.copytree(made, tmp_path / "world")))


@pytest.fixture
def did(shop: Sources) -> Callable[..., Any]:
    """Run a tool; its result is E1 of the context that comes back."""

    async def run(tool: Tool, **arguments: Any) -> ToolContext:
        context = ToolContext(shop, shop.now, {})  # type: ignore[arg-type]
        result = await tool.handler(context, tool.arguments(**arguments))
        kept = Evidence("E1", result.kind, result.title, result.summary, tool.name, {}, facts=result.facts)
        return replace(context, evidence={"E1": kept})

    return run


PULL = {
    "kind": "rollback",
    "title": "Set it back",
    "edits": [{"path": "deploy/cart.yaml", "old": "cart:0.2.0", "new": "cart:0.1.0"}],
}
STEP = undo_action.arguments(step="E1", reason="it was the wrong one")


def _git(shop: Sources, *words: str) -> str:
    folder = Path(shop.code.folder) / ".." / "remote.git"  # type: ignore[union-attr]
    who = {f"GIT_{a}_{b}": "x@y" for a in ("AUTHOR", "COMMITTER") for b in ("NAME", "EMAIL")}
    command = ["git", f"--git-dir={folder}", *words]
    return subprocess.run(command, env=os.environ | who, capture_output=True, text=True, check=True).stdout


async def test_a_pull_request_is_closed_and_its_branch_deleted(did: Any, shop: Sources) -> None:
    context = await did(create_pull_request, **PULL)
    assert undo_action.preview is not None
    view = await undo_action.preview(context, STEP)
    assert view.title == "Close #1: Set it back" and view.body == "it was the wrong one"
    assert undo_action.scope(context, STEP) == ("repository:repository",)
    assert "aisre/" in _git(shop, "branch"), "a preview does nothing"
    result = await undo_action.handler(context, STEP)
    assert "aisre/" not in _git(shop, "branch") and result.facts["undoes"] == "E1"
    record = json.loads(
        next((Path(shop.code.folder).parent / "remote.git" / "pull-requests").glob("1.json")).read_text()
    )  # type: ignore[union-attr]
    assert record["state"] == "closed"
    with pytest.raises(ToolError, match="is closed already"):
        await undo_action.handler(context, STEP)


async def test_a_branch_to_which_somebody_pushed_is_kept(did: Any, shop: Sources) -> None:
    context = await did(create_pull_request, **PULL)
    (branch,) = [b for b in _git(shop, "branch", "--format=%(refname:short)").split() if b.startswith("aisre/")]
    tree = _git(shop, "rev-parse", f"{branch}^{{tree}}").strip()
    commit = _git(shop, "commit-tree", tree, "-p", branch, "-m", "theirs").strip()
    _git(shop, "update-ref", f"refs/heads/{branch}", commit)
    with pytest.raises(ChangeConflict, match="any more"):
        await undo_action.handler(context, STEP)
    assert _git(shop, "rev-parse", branch).strip() == commit


async def test_a_merged_pull_request_is_not_closed(did: Any, shop: Sources) -> None:
    from aisre_nb.sources.pull_requests import merge_pull_request

    context = await did(create_pull_request, **PULL)
    await merge_pull_request(Path(shop.code.folder), 1, "ada")  # type: ignore[union-attr]
    assert undo_action.preview is not None
    with pytest.raises(ToolError, match="is merged already → propose one that takes its change back"):
        await undo_action.preview(context, STEP)


async def test_an_incident_gets_its_text_back_unless_somebody_wrote_meanwhile(did: Any, shop: Sources) -> None:
    folder = Path(shop.code.folder).parent / "incidents"  # type: ignore[union-attr]
    file = sorted(folder.glob("*.json"))[0]
    before = file.read_text()
    context = await did(update_incident, id=file.stem, note="cart 0.2.0 is the cause", status="mitigated")
    after = file.read_text()
    assert after != before and undo_action.scope(context, STEP) == (f"incident:{file.stem}",)
    assert undo_action.preview is not None
    view = await undo_action.preview(context, STEP)
    assert (view.files[0].before, view.files[0].after) == (after, before) and file.read_text() == after
    await undo_action.handler(context, STEP)
    assert file.read_text() == before
    context = await did(update_incident, id=file.stem, note="again")
    file.write_text(file.read_text().replace("again", "they wrote this"))
    with pytest.raises(ChangeConflict, match="written by somebody else"):
        await undo_action.handler(context, STEP)
    assert "they wrote this" in file.read_text()


async def test_what_held_a_secret_is_not_restored_from_its_placeholder(did: Any, shop: Sources) -> None:
    folder = Path(shop.code.folder).parent / "incidents"  # type: ignore[union-attr]
    file = sorted(folder.glob("*.json"))[0]
    context = await did(update_incident, id=file.stem, note="x")
    facts = dict(context.evidence["E1"].facts)
    facts["undo"] = {**facts["undo"], "before": "[redacted:aws_key:1]"}
    kept = {"E1": replace(context.evidence["E1"], facts=facts)}
    with pytest.raises(ToolError, match="held a secret, which is not kept"):
        await undo_action.handler(replace(context, evidence=kept), STEP)
