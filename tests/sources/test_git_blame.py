"""Who last touched a line, and all files of a service."""

from __future__ import annotations

from typing import Any

import pytest

from aisre_nb.errors import ToolError
from aisre_nb.sources.git_repository import GitRepository

PATH = "services/shelf/shelf/totals.py"


async def test_each_line_has_its_commit_with_author_and_subject(repository: Any) -> None:
    answer = await GitRepository(repository.folder).blame("/app/shelf/totals.py", 1, 3, "0.2.0", "shelf")
    assert answer.frame.attrs["path"] == PATH and list(answer.frame["line"]) == [1, 2, 3]
    first = answer.frame.iloc[0]
    assert len(first["commit"]) == 40 and first["author"] and first["subject"] and first["path"] == PATH
    assert str(answer.frame["time"].dtype) == "datetime64[ns, UTC]"
    assert f"-L1,3 {repository.git('rev-parse', 'shelf-0.2.0')}" in answer.query


async def test_a_line_that_is_not_there_says_so(repository: Any) -> None:
    with pytest.raises(ToolError, match="has no line 999"):
        await GitRepository(repository.folder).blame(PATH, 999, 1002, "0.2.0", "shelf")


async def test_whether_a_version_had_a_commit(repository: Any) -> None:
    source = GitRepository(repository.folder)
    old, new = (repository.git("rev-parse", f"shelf-{v}") for v in ("0.1.0", "0.2.0"))
    assert await source.is_in(old, "0.2.0", "shelf") and not await source.is_in(new, "0.1.0", "shelf")


async def test_all_texts_of_a_service_at_a_version(repository: Any) -> None:
    source = GitRepository(repository.folder)
    answer = await source.files("shelf", "0.1.0")
    assert answer.frame.attrs["folder"] == "services/shelf" and PATH in set(answer.frame["path"])
    texts = dict(zip(answer.frame["path"], answer.frame["text"], strict=True))
    assert "result = 0" in texts[PATH]
    with pytest.raises(ToolError, match="0 folders bear the name 'nobody'"):
        await source.files("nobody")
