from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ChangeConflict, SourceUnreachable, ToolError
from aisre_nb.sources import request_store
from aisre_nb.sources.code_source import Edit, PullRequest
from aisre_nb.sources.git_repository import GitRepository
from aisre_nb.sources.pull_requests import list_pull_requests, merge_pull_request

FIX = PullRequest(
    "fix",
    "Begin at zero",
    "",
    "aisre/fix",
    (Edit("services/shelf/shelf/totals.py", "    for", "    result = 0\n    for"),),
)
BACK = PullRequest("rollback", "Back", "", "aisre/back", (Edit("deploy/shelf.yaml", "0.2.0", "0.1.0"),))


async def test_requests_are_listed_in_their_order(repository: Any) -> None:
    assert list_pull_requests(repository.folder) == []
    source = GitRepository(repository.folder)
    await source.open_pull_request(BACK)
    await source.open_pull_request(FIX)
    assert [(pr["number"], pr["kind"], pr["state"]) for pr in list_pull_requests(repository.folder)] == [
        (1, "rollback", "open"),
        (2, "fix", "open"),
    ]


async def test_merging_makes_a_merge_commit_on_the_remote(repository: Any) -> None:
    source = GitRepository(repository.folder)
    for request in (BACK, FIX):
        await source.open_pull_request(request)
    before = repository.git("rev-parse", "main", at=repository.remote)
    first = await merge_pull_request(repository.folder, 1, "Ben <b@x>\n")
    commit = await merge_pull_request(repository.folder, 2, "Ben")
    assert repository.git("rev-parse", "main", at=repository.remote) == commit
    parents = repository.git("log", "-1", "--format=%P|%s|%an", commit, at=repository.remote)
    assert parents.split("|")[0].split()[0] == first
    assert parents.split("|")[1:] == ["Merge pull request #2: Begin at zero", "Ben"]
    changed = repository.git("diff", "--name-only", before, commit, at=repository.remote).splitlines()
    assert changed == ["deploy/shelf.yaml", "services/shelf/shelf/totals.py"]
    record = list_pull_requests(repository.folder)[1]
    assert (record["state"], record["merged_by"], record["merge_commit"]) == ("merged", "Ben", commit)


async def test_a_conflict_names_the_files_and_merges_nothing(repository: Any) -> None:
    await GitRepository(repository.folder).open_pull_request(BACK)
    text = (repository.folder / "deploy/shelf.yaml").read_text()
    repository.write("deploy/shelf.yaml", text.replace("0.2.0", "0.3.0"))
    head = repository.commit("Deploy shelf 0.3.0")
    with pytest.raises(ChangeConflict, match=r"conflicts with main in deploy/shelf\.yaml"):
        await merge_pull_request(repository.folder, 1, "Ben")
    assert repository.git("rev-parse", "main", at=repository.remote) == head
    assert list_pull_requests(repository.folder)[0]["state"] == "open"


async def test_a_branch_that_grew_since_is_not_merged(repository: Any) -> None:
    await GitRepository(repository.folder).open_pull_request(BACK)
    repository.git("push", "-q", "-f", "origin", "main:refs/heads/aisre/back")
    with pytest.raises(ChangeConflict, match="moved from"):
        await merge_pull_request(repository.folder, 1, "Ben")


async def test_a_request_is_merged_once_and_must_exist(repository: Any) -> None:
    await GitRepository(repository.folder).open_pull_request(BACK)
    await merge_pull_request(repository.folder, 1, "Ben")
    with pytest.raises(ToolError, match="merged already"):
        await merge_pull_request(repository.folder, 1, "Ben")
    with pytest.raises(ToolError, match="no pull request 9"):
        await merge_pull_request(repository.folder, 9, "Ben")


async def test_after_the_merge_the_fix_is_in_the_source(repository: Any) -> None:
    source = GitRepository(repository.folder)
    await source.open_pull_request(FIX)
    await merge_pull_request(repository.folder, 1, "Ben")
    assert "    result = 0" in (await source.file("/app/shelf/totals.py")).frame["text"].tolist()


async def test_requests_opened_at_once_get_numbers_of_their_own(repository: Any) -> None:
    source = GitRepository(repository.folder)
    opened = await asyncio.gather(*(source.open_pull_request(replace(BACK, branch=f"b{n}")) for n in range(4)))
    assert sorted(answer.frame.attrs["number"] for answer in opened) == [1, 2, 3, 4]


def test_numbers_are_never_given_twice(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        records = list(pool.map(lambda n: request_store.add(tmp_path, {"title": str(n)}), range(40)))
    assert sorted(record["number"] for record in records) == list(range(1, 41))
    assert {path.name for path in tmp_path.iterdir()} == {f"{n}.json" for n in range(1, 41)}


def test_a_broken_record_is_named(repository: Any) -> None:
    folder = repository.remote / "pull-requests"
    folder.mkdir()
    (folder / "1.json").write_text(json.dumps({"number": 1})[:-1])
    with pytest.raises(SourceUnreachable, match=r"1\.json cannot be read"):
        list_pull_requests(repository.folder)
