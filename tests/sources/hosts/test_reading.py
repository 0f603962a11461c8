"""What a host of code answers is what git itself answers in the same repository."""

from __future__ import annotations

from typing import Any

import pytest
from pandas.testing import assert_frame_equal

from aisre_nb.errors import ToolError
from aisre_nb.sources.forge.repository import ForgeRepository
from aisre_nb.sources.git_repository import GitRepository

from .github import GitHubServer
from .gitlab import GitLabServer


async def test_a_comparison_has_the_hunks_that_git_has(source: ForgeRepository, local: GitRepository) -> None:
    mine, theirs = await source.diff("shelf", "0.1.0", "0.2.0"), await local.diff("shelf", "0.1.0", "0.2.0")
    assert len(mine.frame) == 1 and mine.frame["text"][0].startswith("@@ -1,5 +1,4 @@")
    assert_frame_equal(mine.frame, theirs.frame)
    assert mine.frame["commit"][0] == theirs.frame["commit"][0] != ""


async def test_what_a_host_leaves_out_is_made_of_the_files(
    source: ForgeRepository, local: GitRepository, hosted: GitHubServer | GitLabServer
) -> None:
    hosted.large = 1
    mine, theirs = await source.diff("shelf", "0.1.0", "0.2.0"), await local.diff("shelf", "0.1.0", "0.2.0")
    assert_frame_equal(mine.frame, theirs.frame)


async def test_back_to_an_older_version_is_compared_as_the_two_stand(
    source: ForgeRepository, local: GitRepository
) -> None:
    mine, theirs = await source.diff("shelf", "0.2.0", "0.1.0"), await local.diff("shelf", "0.2.0", "0.1.0")
    assert "+    result = 0" in mine.frame["text"][0]
    assert_frame_equal(mine.frame.drop(columns="commit"), theirs.frame.drop(columns="commit"))


async def test_files_are_read_at_a_version_by_a_stack_traces_path(
    source: ForgeRepository, local: GitRepository
) -> None:
    for version in ("0.1.0", "0.2.0", None):
        mine = await source.file("/app/shelf/totals.py", version, "shelf")
        theirs = await local.file("/app/shelf/totals.py", version, "shelf")
        assert_frame_equal(mine.frame, theirs.frame)
        assert mine.frame.attrs == theirs.frame.attrs
    assert_frame_equal((await source.files("lamp")).frame, (await local.files("lamp")).frame)
    with pytest.raises(ToolError, match=r"knows no version '9\.9' of shelf → there are shelf-0\.\d\.0"):
        await source.file("totals.py", "9.9", "shelf")


async def test_deployments_and_what_a_version_holds(
    source: ForgeRepository, local: GitRepository, repository: Any
) -> None:
    from aisre_nb.times import Window, instant

    window = Window(instant("2026-11-23T09:00:00Z"), instant("2026-11-23T11:00:00Z"))
    mine, theirs = await source.changes(window), await local.changes(window)
    assert_frame_equal(mine.frame, theirs.frame)
    assert list(mine.frame["to"]) == ["0.2.0"]
    bad = (await local.blame("services/shelf/shelf/totals.py", 2, 2, "0.2.0", "shelf")).frame["commit"][0]
    for commit in {bad, repository.git("rev-list", "--max-parents=0", "HEAD")}:
        for version in ("0.1.0", "0.2.0"):
            assert await source.is_in(commit, version, "shelf") == await local.is_in(commit, version, "shelf")


async def test_blame_by_the_host(source: ForgeRepository, local: GitRepository) -> None:
    theirs = (await local.blame("totals.py", 1, 3, "0.2.0", "shelf")).frame
    mine = await source.blame("totals.py", 1, 3, "0.2.0", "shelf")
    assert_frame_equal(mine.frame, theirs)
    assert mine.notes == ()
    with pytest.raises(ToolError, match="has no line 99"):
        await source.blame("totals.py", 99, 99, "0.2.0", "shelf")


async def test_blame_of_a_files_commits_where_the_host_gives_none(
    github: ForgeRepository, local: GitRepository, server: GitHubServer
) -> None:
    server.graphql = False
    mine = await github.blame("totals.py", 1, 3, "0.2.0", "shelf")
    assert_frame_equal(mine.frame, (await local.blame("totals.py", 1, 3, "0.2.0", "shelf")).frame)
    assert "as the host gave no blame" in mine.notes[0]


async def test_a_search_names_lines(source: ForgeRepository) -> None:
    found = (await source.search("result += item", "shelf")).frame
    assert set(found["path"]) == {"services/shelf/shelf/totals.py"} and "result += item" in found["text"][0]


async def test_a_search_stays_in_the_repository(github: ForgeRepository, server: GitHubServer) -> None:
    assert (await github.search('result += item" repo:evil/other', "shelf")).frame.empty
    asked = next(a for a in server.asked if a.path.endswith("/search/code"))
    assert asked.one("q") == '"result += item  repo:evil/other" repo:acme/shop'


async def test_lists_of_many_pages_are_followed_by_link(source: ForgeRepository, repository: Any, hosted: Any) -> None:
    for n in range(205):
        repository.git("update-ref", f"refs/tags/old-{n}", "HEAD", at=repository.remote)
    assert len((await source.file("totals.py", "old-204", "shelf")).frame) == 4
    asked = [a for a in hosted.asked if a.path.endswith("/tags")]
    assert [a.one("page", "1") for a in asked] == ["1", "2", "3"]
