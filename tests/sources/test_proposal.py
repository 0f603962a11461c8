"""Pull requests: what is shown is what is pushed, and the user's own tree and index stay as they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.sources.code_source import Edit, PullRequest
from aisre_nb.sources.git_repository import GitRepository

BACK = PullRequest(
    "rollback",
    "Set shelf back to 0.1.0",
    "It fails.",
    "aisre/back",
    (Edit("deploy/shelf.yaml", "shelf:0.2.0", "shelf:0.1.0"),),
)


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file of the work tree, the index, and all refs."""
    files = [f for f in folder.rglob("*") if f.is_file() and (".git" not in f.parts or f.name == "index")]
    return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def objects(folder: Path) -> set[str]:
    return {str(f) for f in (folder / ".git" / "objects").rglob("*")}


def dirty(repository: Any) -> None:
    repository.write("README.md", "mine, unsaved\n")
    repository.write("deploy/shelf.yaml", "broken by me: [\n")
    repository.write("services/shelf/new.py", "x = 1\n")
    repository.git("add", "services/shelf/new.py")


async def test_a_preview_shows_whole_files_and_gits_own_diff(repository: Any) -> None:
    view = await GitRepository(repository.folder, "shop").preview_pull_request(BACK)
    assert view.scope == "repository shop, branch aisre/back → main"
    assert (view.title, view.body, view.editable) == (BACK.title, BACK.body, ("title", "body"))
    (change,) = view.files
    assert change.path == "deploy/shelf.yaml"
    assert change.before is not None and "shelf:0.2.0" in change.before
    assert change.after == change.before.replace("0.2.0", "0.1.0")
    assert "-          image: registry.shop.example/shelf:0.2.0\n" in change.diff
    assert change.diff.count("\n-") == 2  # with the line that names the file


async def test_a_preview_touches_nothing(repository: Any) -> None:
    dirty(repository)
    source = GitRepository(repository.folder)
    await source.preview_pull_request(BACK)
    before, kept = fingerprint(repository.folder), objects(repository.folder)
    refs = repository.git("for-each-ref", at=repository.remote)
    await source.preview_pull_request(BACK)
    assert fingerprint(repository.folder) == before
    assert objects(repository.folder) == kept
    assert repository.git("for-each-ref", at=repository.remote) == refs


async def test_opening_pushes_exactly_what_was_shown_and_leaves_a_dirty_tree_alone(repository: Any) -> None:
    dirty(repository)
    source = GitRepository(repository.folder)
    view = await source.preview_pull_request(BACK)
    before = fingerprint(repository.folder)
    status, head = repository.git("status", "--porcelain"), repository.git("rev-parse", "HEAD")
    answer = await source.open_pull_request(replace(BACK, files=view.files))
    assert fingerprint(repository.folder) == before
    assert (repository.git("status", "--porcelain"), repository.git("rev-parse", "HEAD")) == (status, head)
    attrs = answer.frame.attrs
    assert {k: attrs[k] for k in ("number", "branch", "state", "base")} == {
        "number": 1, "branch": "aisre/back", "state": "open", "base": "main"
    }  # fmt: skip
    shown = "".join(change.diff for change in view.files)
    assert repository.git("diff", "main", "aisre/back", at=repository.remote) + "\n" == shown
    assert answer.frame["diff"].tolist() == [change.diff for change in view.files]


async def test_the_record_stands_beside_the_branch(repository: Any) -> None:
    source = GitRepository(repository.folder)
    answer = await source.open_pull_request(BACK)
    record = json.loads((repository.remote / "pull-requests" / "1.json").read_text())
    assert record.pop("opened_at").endswith("Z")
    assert record == {
        "number": 1, "kind": "rollback", "title": BACK.title, "body": BACK.body, "branch": "aisre/back",
        "base": "main", "base_commit": repository.git("rev-parse", "main"), "state": "open",
        "head_commit": answer.frame.attrs["commit"],
        "files": ["deploy/shelf.yaml"], "by": "Ann Other",
    }  # fmt: skip
    message = repository.git("log", "-1", "--format=%B|%an|%ae", "aisre/back", at=repository.remote)
    assert message == "Set shelf back to 0.1.0\n\nIt fails.\n|Ann Other|ann@shop.example"


async def test_a_branch_that_exists_gets_a_number_that_the_preview_shows(repository: Any) -> None:
    source = GitRepository(repository.folder)
    await source.open_pull_request(BACK)
    again = replace(BACK, title="Another")
    assert (await source.preview_pull_request(again)).scope.endswith("branch aisre/back-2 → main")
    assert (await source.open_pull_request(again)).frame.attrs["branch"] == "aisre/back-2"
    assert (await source.open_pull_request(again)).frame.attrs["number"] == 3


async def test_a_branch_below_an_existing_one_is_refused(repository: Any) -> None:
    repository.git("push", "-q", "origin", "main:refs/heads/aisre")
    with pytest.raises(ToolError, match="while there is one 'aisre'"):
        await GitRepository(repository.folder).preview_pull_request(BACK)


async def test_a_base_that_moved_is_a_conflict_and_nothing_is_pushed(repository: Any) -> None:
    source = GitRepository(repository.folder)
    view = await source.preview_pull_request(BACK)
    repository.write("deploy/shelf.yaml", (repository.folder / "deploy/shelf.yaml").read_text() + "# more\n")
    repository.commit("Move")
    with pytest.raises(ChangeConflict, match=r"deploy/shelf\.yaml"):
        await source.open_pull_request(replace(BACK, files=view.files))
    repository.write("deploy/shelf.yaml", "gone: true\n")
    repository.commit("Move on")
    with pytest.raises(ChangeConflict, match="main moved"):
        await source.open_pull_request(replace(BACK, files=view.files))
    assert "aisre" not in repository.git("for-each-ref", at=repository.remote)
    assert not (repository.remote / "pull-requests").exists()


async def test_a_move_elsewhere_is_no_conflict(repository: Any) -> None:
    source = GitRepository(repository.folder)
    view = await source.preview_pull_request(BACK)
    repository.write("README.md", "another\n")
    head = repository.commit("Elsewhere")
    answer = await source.open_pull_request(replace(BACK, files=view.files))
    assert repository.git("rev-parse", f"{answer.frame.attrs['commit']}^", at=repository.remote) == head


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (Edit("deploy/shelf.yaml", "0.9.9", "0.1.0"), "occurs 0 times"),
        (Edit("deploy/shelf.yaml", "shelf", "lamp"), "occurs 3 times"),
        (Edit("deploy/shelf.yaml", "", "x"), "what to replace is empty"),
        (Edit("deploy/shelf.yaml", "0.2.0", "0.2.0"), "leave deploy/shelf.yaml as it is"),
        (Edit("deploy/nobody.yaml", "a", "b"), "there is no file"),
        (Edit("../outside.md", "", "x"), "not a path inside"),
        (Edit("/etc/cron.d/x", "", "x"), "not a path inside"),
        (Edit(".git/hooks/post-checkout", "", "x"), "not a path inside"),
        (Edit("a/.GIT/config", "", "x"), "not a path inside"),
        (Edit("a\nb", "", "x"), "not a path inside"),
        (Edit("README.md/x", "", "x"), "in its way"),
        (Edit("deploy", "", "x"), "in its way"),
    ],
)
async def test_an_edit_that_does_not_apply_says_why(repository: Any, edit: Edit, told: str) -> None:
    with pytest.raises(ToolError, match=told):
        await GitRepository(repository.folder).preview_pull_request(replace(BACK, edits=(edit,)))


async def test_no_edits_are_no_pull_request(repository: Any) -> None:
    with pytest.raises(ToolError, match="at least one edit"):
        await GitRepository(repository.folder).preview_pull_request(replace(BACK, edits=()))


@pytest.mark.parametrize(
    "branch",
    ["--force", "-d", "a..b", "a b", "refs/../x", "x.lock", "a//b", ".hid", "x/", "a@{1}", "x~1", ":main", "+main"],
)
async def test_a_hostile_branch_is_refused(repository: Any, branch: str) -> None:
    source = GitRepository(repository.folder)
    for request in (replace(BACK, branch=branch), replace(BACK, base=branch)):
        with pytest.raises(ToolError, match="cannot be a branch"):
            await source.open_pull_request(request)


async def test_a_base_that_there_is_not_is_refused(repository: Any) -> None:
    with pytest.raises(ToolError, match="no branch 'release'"):
        await GitRepository(repository.folder).preview_pull_request(replace(BACK, base="release"))


async def test_several_edits_of_one_file_and_a_new_one(repository: Any) -> None:
    edits = (
        Edit("services/shelf/shelf/totals.py", "    for item", "    result = 0\n    for item"),
        Edit("services/shelf/shelf/totals.py", "def total(items):", "def total(items: list) -> int:"),
        Edit("runbooks/totals.md", "", "# Totals\n"),
    )
    view = await GitRepository(repository.folder).preview_pull_request(replace(BACK, edits=edits))
    assert [change.path for change in view.files] == ["services/shelf/shelf/totals.py", "runbooks/totals.md"]
    assert view.files[0].after is not None and "list) -> int:\n    result = 0\n" in view.files[0].after
    assert (view.files[1].before, view.files[1].after) == (None, "# Totals\n")


async def test_modes_line_ends_and_missing_last_newlines_stay(repository: Any) -> None:
    repository.write("run.sh", "#!/bin/sh\r\necho one\r\necho two")
    (repository.folder / "run.sh").chmod(0o755)
    repository.commit("A script")
    edit = Edit("run.sh", "/bin/sh\necho one", "/bin/sh\necho 1")
    source = GitRepository(repository.folder)
    view = await source.preview_pull_request(replace(BACK, edits=(edit,)))
    assert view.files[0].after == "#!/bin/sh\r\necho 1\r\necho two"
    await source.open_pull_request(replace(BACK, edits=(edit,), files=view.files))
    assert repository.git("ls-tree", "aisre/back", "run.sh", at=repository.remote).startswith("100755")


async def test_without_a_branch_one_comes_from_the_title(repository: Any) -> None:
    request = replace(BACK, branch="", title="  Weird: ../--title.lock; rm -rf /  ")
    branch = (await GitRepository(repository.folder).open_pull_request(request)).frame.attrs["branch"]
    assert branch.startswith("aisre/rollback-weird")


async def test_a_title_of_several_lines_is_one(repository: Any) -> None:
    await GitRepository(repository.folder).open_pull_request(replace(BACK, title="One\nTwo\r\n\nThree"))
    assert repository.git("log", "-1", "--format=%s", "aisre/back", at=repository.remote) == "One Two Three"


async def test_without_a_remote_the_branch_stays_in_the_repository(repository: Any) -> None:
    repository.git("remote", "remove", "origin")
    before = fingerprint(repository.folder)
    answer = await GitRepository(repository.folder).open_pull_request(BACK)
    assert repository.git("rev-parse", "aisre/back") == answer.frame.attrs["commit"]
    assert json.loads((repository.folder / ".git/aisre/pull-requests/1.json").read_text())["branch"] == "aisre/back"
    assert fingerprint(repository.folder) == before


async def test_a_remote_that_refuses_is_one_line(repository: Any) -> None:
    hook = repository.remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no branches on mondays >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(ToolError, match="the remote refused the branch") as caught:
        await GitRepository(repository.folder).open_pull_request(BACK)
    assert "\n" not in str(caught.value)
    assert not (repository.remote / "pull-requests").exists()
