"""A change is shown before it is made, and what is made is what was shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from aisre_nb.errors import ToolError
from aisre_nb.tools.pull_requests import FileEdit, create_pull_request, edit_between

EDIT = {"path": "deploy/web.yaml", "old": "web:2", "new": "web:1"}


def _arguments(**given: Any) -> Any:
    return create_pull_request.arguments(**{"kind": "rollback", "title": "web back to 1", "edits": [EDIT]} | given)


async def test_a_preview_opens_nothing(context: Any, fake: Any) -> None:
    assert create_pull_request.effect == "change" and create_pull_request.preview is not None
    view = await create_pull_request.preview(context, _arguments())
    assert (view.files[0].before, view.files[0].after) == ("web:2", "web:1") and fake.opened == []


async def test_what_is_opened_carries_the_files_that_were_shown(context: Any, fake: Any) -> None:
    result = await create_pull_request.handler(context, _arguments())
    assert [f.after for f in fake.opened[0].files] == ["web:1"]
    assert (result.facts["number"], result.facts["state"], result.facts["files"]) == (4, "open", ["deploy/web.yaml"])
    assert result.summary == "pull request #4 is open: branch aisre/rollback-deploy-web"


async def test_the_branch_does_not_move_with_an_edited_title(context: Any, fake: Any) -> None:
    for title in ("web back to 1", "Quite another title"):
        await create_pull_request.handler(context, _arguments(title=title))
    assert len({request.branch for request in fake.opened}) == 1
    await create_pull_request.handler(context, _arguments(branch="mine"))
    assert fake.opened[-1].branch == "mine"


@pytest.mark.parametrize("path", ["../../x y;rm", "ÄÖ.py", "a" * 400 + ".py"])
async def test_any_path_gives_a_branch_that_git_takes(context: Any, fake: Any, path: str) -> None:
    await create_pull_request.handler(context, _arguments(edits=[{**EDIT, "path": path}]))
    branch = fake.opened[0].branch
    assert len(branch) < 80 and set(branch) <= set("abcdefghijklmnopqrstuvwxyz0123456789-/") and branch[-1] not in "-/"


def test_a_request_without_an_edit_or_of_another_kind_is_refused() -> None:
    for wrong in ({"edits": []}, {"kind": "delete"}, {"title": ""}):
        with pytest.raises(ValidationError):
            _arguments(**wrong)


LINES = st.lists(st.sampled_from(["a\n", "b\n", "a b\n", "\n", "\tc\r\n"]), min_size=1, max_size=12).map("".join)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(LINES, st.lists(st.sampled_from(["a\n", "b\n", "x", "\n"]), max_size=12).map("".join))
def test_one_replacement_makes_any_text_of_any_other(before: str, after: str) -> None:
    if before == after:
        return
    edit = edit_between("f", before, after)
    assert before.find(edit.old, before.find(edit.old) + 1) < 0 and before.replace(edit.old, edit.new) == after


def test_a_new_file_is_written_whole_and_an_empty_one_cannot_be() -> None:
    assert edit_between("f", None, "x") == FileEdit(path="f", old="", new="x")
    with pytest.raises(ToolError, match="is empty"):
        edit_between("f", "", "x")


def test_files_that_were_left_as_they_are_leave_the_request_and_its_branch_stays() -> None:
    rewritten = create_pull_request.rewritten
    assert rewritten is not None
    edits = [EDIT, {"path": "b.py", "old": "x", "new": "y"}]
    found: Any = rewritten(_arguments(edits=edits), {"deploy/web.yaml": ("web:2", "web:2"), "b.py": ("x\n", "z\n")})
    assert [(e.path, e.old, e.new) for e in found.edits] == [("b.py", "x\n", "z\n")]
    assert found.branch == "aisre/rollback-deploy-web"
    with pytest.raises(ToolError, match="every hunk was left out"):
        rewritten(_arguments(), {"deploy/web.yaml": ("web:2", "web:2")})


async def test_what_was_approved_is_what_is_opened(context: Any, fake: Any) -> None:
    view = await create_pull_request.preview(context, _arguments())  # type: ignore[misc]
    await create_pull_request.handler(replace(context, approved=view), _arguments(edits=[{**EDIT, "new": "web:9"}]))
    assert [f.after for f in fake.opened[0].files] == ["web:1"], "the source compares, and refuses the other"
