"""A host of code that answers anything at all: one clear line, and nothing of ours falls over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import AisreError
from aisre_nb.sources.forge.repository import ForgeRepository
from aisre_nb.times import Window, instant

from .conftest import opened
from .github import TOKEN, GitHubServer
from .test_proposing import FIX
from .web import Asked, Said

JUNK: list[Any] = [
    {}, [], None, "text", 7, [None], [[]], {"sha": "../../etc"}, [{"sha": 1}], {"object": {"sha": "refs/heads/main"}},
    {"message": {"a": 1}}, {"default_branch": ["main"], "commit": None, "tree": "x", "files": 3, "status": "ahead"},
]  # fmt: skip
WINDOW = Window(instant("2026-11-23T00:00:00Z"), instant("2026-11-24T00:00:00Z"))


def _questions(source: ForgeRepository) -> list[Any]:
    return [
        source.diff("shelf", "0.1.0", "0.2.0"), source.file("totals.py"), source.files("shelf"),
        source.blame("totals.py", 1, 2), source.is_in("a" * 40, "0.1.0", "shelf"), source.changes(WINDOW),
        source.search("x"), source.preview_pull_request(FIX), source.preview_close(1), source.checks(1),
    ]  # fmt: skip


@pytest.mark.parametrize("part", ["", "/tree", "/co", "/pulls"])
async def test_any_answer_is_an_answer_or_one_line(
    source: ForgeRepository, hosted: Any, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = hosted.answer
    junk: list[Any] = []

    def odd(asked: Asked) -> Said:
        if part not in asked.path:
            return answer(asked)  # type: ignore[no-any-return]
        junk.append(JUNK[len(junk) % len(JUNK)])
        return Said(junk[-1])

    monkeypatch.setattr(hosted, "answer", odd)
    for question in _questions(source):
        try:
            await question
        except AisreError as error:
            assert "\n" not in str(error) and TOKEN not in str(error)


async def test_a_page_that_goes_on_elsewhere_is_not_followed(server: GitHubServer, tmp_path: Path) -> None:
    other = GitHubServer(server.bare)
    source = opened("github", server.url, TOKEN, tmp_path)
    answer = server.answer
    server.answer = lambda asked: Said(  # type: ignore[method-assign]
        answer(asked).told, headers={"Link": f'<{other.url}/repos/acme/shop/tags?page=2>; rel="next"'}
    )
    try:
        await source.file("totals.py", "0.1.0", "shelf")
        assert other.asked == []
    finally:
        await source.close()
        other.close()
