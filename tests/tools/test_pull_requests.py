"""A change is shown before it is made, and what is made is what was shown."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from aisre_nb.tools.pull_requests import create_pull_request

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
    for given in ({"edits": []}, {"kind": "delete"}, {"title": ""}):
        with pytest.raises(ValidationError):
            _arguments(**given)
