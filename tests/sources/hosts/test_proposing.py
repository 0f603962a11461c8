"""Pull requests on a host of code: exactly what was shown, once, on a branch of their own, and never more than that."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import AisreError, ChangeConflict, ToolError
from aisre_nb.sources.code_source import Edit, PullRequest
from aisre_nb.sources.forge.repository import ForgeRepository
from aisre_nb.sources.git_repository import GitRepository

from .conftest import opened
from .github import TOKEN, GitHubServer
from .gitlab import GitLabServer

_PATH = "services/shelf/shelf/totals.py"
FIX = PullRequest(
    "fix",
    "Begin at zero",
    "It was *unbound* [E3].",
    "aisre/fix-totals",
    (Edit(_PATH, "def total(items):\n", "def total(items):\n    result = 0\n"), Edit("NOTES.md", "", "# new\n")),
)


def _requests(hosted: Any) -> list[dict[str, Any]]:
    return list(hosted.pulls if isinstance(hosted, GitHubServer) else hosted.requests)


async def _opened(source: ForgeRepository, request: PullRequest = FIX) -> Any:
    view = await source.preview_pull_request(request)
    return await source.open_pull_request(replace(request, files=view.files))


async def test_what_is_opened_is_what_was_shown_and_what_local_git_shows(
    source: ForgeRepository, hosted: Any, local: GitRepository
) -> None:
    view, theirs = await source.preview_pull_request(FIX), await local.preview_pull_request(FIX)
    assert view.files == theirs.files and "+    result = 0" in view.files[0].diff
    assert view.rows == (("pull request", "none", "a draft"),) and "aisre/fix-totals → main" in view.scope
    assert hosted.writes() == []
    before = hosted.bare.refs("refs/heads")
    answer = await _opened(source)
    attrs, [made] = answer.frame.attrs, _requests(hosted)
    bare = hosted.bare
    assert bare.refs("refs/heads") == {**before, "aisre/fix-totals": attrs["commit"]}
    commit = bare.commit("aisre/fix-totals")
    assert commit["parents"] == [before["main"]] and commit["message"] == "Begin at zero\n\nIt was *unbound* [E3]."
    assert {f["new"]: f["status"] for f in bare.files(before["main"], attrs["commit"])} == {_PATH: "M", "NOTES.md": "A"}
    for file in view.files:
        assert bare.git("show", f"aisre/fix-totals:{file.path}").decode() == file.after
    assert (made["draft"], attrs["number"], attrs["state"], attrs["draft"]) == (True, 1, "open", True)
    assert attrs["title"] == "Begin at zero" and attrs["url"].startswith("http://127.0.0.1") and not answer.notes


async def test_the_second_run_finds_what_the_first_one_made(source: ForgeRepository, hosted: Any) -> None:
    first = (await _opened(source)).frame.attrs
    sent = len(hosted.writes())
    view = await source.preview_pull_request(FIX)
    assert view.rows[0] == ("pull request", "#1 is open", "a draft")
    again = await source.open_pull_request(replace(FIX, files=view.files))
    assert {k: again.frame.attrs[k] for k in first} == first and "was open already" in again.notes[0]
    assert len(hosted.writes()) == sent and len(_requests(hosted)) == 1


async def test_a_branch_that_was_left_without_a_request_is_gone_on_with(source: ForgeRepository, hosted: Any) -> None:
    first = (await _opened(source)).frame.attrs
    _requests(hosted)[0]["state"] = "closed"
    again = (await _opened(source)).frame.attrs
    assert (again["commit"], again["branch"], again["number"]) == (first["commit"], first["branch"], 2)


async def test_another_change_of_the_same_name_gets_a_branch_of_its_own(source: ForgeRepository, hosted: Any) -> None:
    await _opened(source)
    other = replace(FIX, edits=(Edit(_PATH, "    return result\n", "    return 0\n"),))
    assert (await _opened(source, other)).frame.attrs["branch"] == "aisre/fix-totals-2"
    assert len(_requests(hosted)) == 2


async def test_nothing_is_opened_where_the_repository_moved(
    source: ForgeRepository, hosted: Any, repository: Any
) -> None:
    view = await source.preview_pull_request(FIX)
    repository.write(_PATH, "def total(items):\n    return sum(items)\n")
    repository.commit("Another way")
    with pytest.raises(ChangeConflict, match="not what was approved"):
        await source.open_pull_request(replace(FIX, files=view.files))
    repository.write(_PATH, "")
    repository.commit("Nothing left")
    with pytest.raises(ChangeConflict, match="moved since this was approved"):
        await source.open_pull_request(replace(FIX, files=view.files))
    assert hosted.writes() == [] and list(hosted.bare.refs("refs/heads")) == ["main"]


async def test_a_branch_that_came_meanwhile_is_left_as_it_is(
    source: ForgeRepository, hosted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = hosted.bare.resolved("main")
    answer, asked = hosted.answer, []

    def late(one: Any) -> Any:
        said = answer(one)
        # Right after it was seen to be free.
        if "fix-totals" in one.path and not asked:
            asked.append(one)
            hosted.bare.git("update-ref", "refs/heads/aisre/fix-totals", head)
        return said

    view = await source.preview_pull_request(FIX)
    monkeypatch.setattr(hosted, "answer", late)
    with pytest.raises(ChangeConflict, match="came into being meanwhile"):
        await source.open_pull_request(replace(FIX, files=view.files))
    assert hosted.bare.refs("refs/heads")["aisre/fix-totals"] == head and _requests(hosted) == []


@pytest.mark.parametrize("branch", ["main", "release"])
async def test_nothing_is_written_to_the_default_branch_or_the_base(
    source: ForgeRepository, hosted: Any, branch: str
) -> None:
    hosted.bare.git("update-ref", "refs/heads/release", "main")
    with pytest.raises(ToolError, match=f"nothing is written to {branch} itself"):
        await source.preview_pull_request(replace(FIX, branch=branch, base="release"))
    with pytest.raises(ToolError, match="no branch 'nowhere'"):
        await source.preview_pull_request(replace(FIX, base="nowhere"))


async def test_closing_takes_the_branch_with_it_unless_somebody_wrote_to_it(
    source: ForgeRepository, hosted: Any
) -> None:
    attrs = (await _opened(source)).frame.attrs
    view = await source.preview_close(1)
    assert view.rows == (
        ("pull request #1", "open", "closed"),
        ("branch aisre/fix-totals", attrs["commit"][:12], "deleted"),
    )
    main = hosted.bare.resolved("main")
    hosted.bare.git("update-ref", "refs/heads/aisre/fix-totals", main)
    with pytest.raises(ChangeConflict, match="is not at"):
        await source.close_pull_request(1, attrs["commit"])
    hosted.bare.git("update-ref", "refs/heads/aisre/fix-totals", attrs["commit"])
    assert (await source.close_pull_request(1, attrs["commit"]))["branch"] == "aisre/fix-totals"
    assert hosted.bare.refs("refs/heads") == {"main": main} and _requests(hosted)[0]["state"] == "closed"
    with pytest.raises(ToolError, match="closed already"):
        await source.preview_close(1)


async def test_labels_and_owners_are_asked_and_a_refusal_is_a_note(repository: Any, server: GitHubServer) -> None:
    repository.write("CODEOWNERS", "* @everyone\n/services/shelf/ @ann @acme/readers\n*.md @acme/unknown # comment\n")
    repository.commit("Owners")
    source = opened("github", server.url, TOKEN, repository.folder, labels=["incident"])
    rows = (await source.preview_pull_request(FIX)).rows
    assert rows[1:] == (("labels", "", "incident"), ("asked to review", "", "@ann, @acme/readers, @acme/unknown"))
    server.teams = {"readers", "unknown"}
    await _opened(source)
    [made] = server.pulls
    assert made["labels"] == [{"name": "incident"}] and made["requested_reviewers"] == ["ann"]
    assert made["requested_teams"] == ["readers", "unknown"]
    server.teams, server.drafts = set(), False
    answer = await _opened(source, replace(FIX, branch="aisre/again"))
    assert "takes no drafts" in answer.notes[0] and "reviewers:" in answer.notes[1]
    assert answer.frame.attrs["draft"] is False
    await source.close()


async def test_checks_of_a_request(source: ForgeRepository, hosted: Any) -> None:
    await _opened(source)
    if isinstance(hosted, GitLabServer):
        hosted.statuses = [{"name": "unit", "status": "failed"}, {"name": "lint", "status": "running"}]
    else:
        hosted.runs = [
            {"id": 1, "name": "unit", "status": "completed", "conclusion": "failure"},
            {"id": 2, "name": "lint", "status": "in_progress", "conclusion": None},
        ]
    frame = (await source.checks(1)).frame
    assert list(zip(frame["name"], frame["state"], strict=True)) == [("unit", "failed"), ("lint", "running")]


async def test_a_token_stands_in_no_error_and_an_enterprise_server_is_asked_below_its_path(
    repository: Any, tmp_path: Path
) -> None:
    from .bare import Bare

    server = GitHubServer(Bare(repository.remote), "/api/v3")
    try:
        source = opened("github", f"{server.origin}/api/v3", TOKEN, tmp_path)
        assert (await source.blame("totals.py", 1, 2, "0.2.0", "shelf")).notes == ()
        assert "/api/graphql" in {a.path for a in server.asked}
        health = await source.health()
        assert health.ok and "read and push (private)" in health.may and TOKEN not in repr(health)
        wrong = opened("github", f"{server.origin}/api/v3", f"{TOKEN}x", tmp_path)
        with pytest.raises(AisreError) as caught:
            await wrong.file("totals.py", None, "shelf")
        assert "401" in str(caught.value) and TOKEN not in str(caught.value)
        await source.close()
        await wrong.close()
    finally:
        server.close()
