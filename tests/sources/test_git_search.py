"""A text is found where git finds it."""

from __future__ import annotations

from typing import Any

from aisre_nb.sources.git_repository import GitRepository


async def test_lines_that_hold_a_text_in_any_case(repository: Any) -> None:
    repository.write("services/shelf/odd: name.py", "--option = 'TOTAL'\n")
    repository.commit("Odd")
    source = GitRepository(repository.folder)
    frame = (await source.search("def Total(", "shelf")).frame
    assert frame.to_dict("records") == [
        {"path": "services/shelf/shelf/totals.py", "line": 1, "text": "def total(items):"}
    ]
    assert list((await source.search("def total(")).frame["path"]) == [
        "services/lamp/lamp/totals.py", "services/shelf/shelf/totals.py",
    ]  # fmt: skip
    assert list((await source.search("--option")).frame["path"]) == ["services/shelf/odd: name.py"]
    assert (await source.search("t.tal")).frame.empty
