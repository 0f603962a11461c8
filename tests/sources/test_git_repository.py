from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import ConfigurationError, SourceUnreachable, ToolError
from aisre_nb.sources.git_repository import GitRepository
from aisre_nb.times import Window

DAY = Window(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))


async def test_the_diff_of_two_versions_is_the_services_alone(repository: Any) -> None:
    answer = await GitRepository(repository.folder).diff("shelf", "0.1.0", "0.2.0")
    row = answer.frame.iloc[0]
    assert answer.frame["file"].tolist() == ["services/shelf/shelf/totals.py"]
    assert row["text"].startswith("@@ -1,5 +1,4 @@\n")
    assert "-    result = 0" in row["text"].splitlines()
    assert (row["old_start"], row["old_lines"], row["new_start"], row["new_lines"]) == (1, 5, 1, 4)
    assert row["commit"] == repository.git("rev-parse", "shelf-0.2.0")
    assert "services/shelf" in answer.query


async def test_a_rollbacks_diff_runs_the_other_way(repository: Any) -> None:
    answer = await GitRepository(repository.folder).diff("shelf", "0.2.0", "0.1.0")
    assert "+    result = 0" in answer.frame["text"].iloc[0].splitlines()
    assert answer.frame["commit"].iloc[0] == repository.git("rev-parse", "shelf-0.2.0")


async def test_the_manifest_belongs_to_the_service(repository: Any) -> None:
    source = GitRepository(repository.folder)
    answer = await source.diff("shelf", "shelf-0.1.0", repository.git("rev-parse", "HEAD"))
    assert answer.frame["file"].tolist() == ["deploy/shelf.yaml", "services/shelf/shelf/totals.py"]


async def test_a_service_without_a_folder_gets_the_whole_repository_and_a_note(repository: Any) -> None:
    answer = await GitRepository(repository.folder).diff("nobody", "shelf-0.1.0", "shelf-0.2.0")
    assert answer.frame["file"].tolist() == ["README.md", "services/shelf/shelf/totals.py"]
    assert any("'nobody'" in note for note in answer.notes)


async def test_equal_versions_say_that_nothing_differs(repository: Any) -> None:
    answer = await GitRepository(repository.folder).diff("shelf", "0.1.0", "0.1.0")
    assert answer.frame.empty
    assert any("nothing differs" in note for note in answer.notes)


@pytest.mark.parametrize("form", ["{s}-{v}", "{s}/v{v}", "{s}-v{v}", "v{v}", "{v}", "{s}@{v}"])
async def test_a_version_is_found_by_any_usual_tag(repository: Any, form: str) -> None:
    repository.tag(form.format(s="shelf", v="0.9.0"))
    answer = await GitRepository(repository.folder).file("README.md", "0.9.0", "shelf")
    assert answer.frame.attrs["commit"] == repository.git("rev-parse", "HEAD")


async def test_a_version_without_a_tag_is_the_commit_that_deployed_it(repository: Any) -> None:
    repository.git("tag", "-d", "shelf-0.2.0")
    answer = await GitRepository(repository.folder).file("README.md", "registry.shop.example/shelf:0.2.0", "shelf")
    assert answer.frame.attrs["commit"] == repository.git("rev-parse", "HEAD")


async def test_branches_and_commits_are_versions_too(repository: Any) -> None:
    source = GitRepository(repository.folder)
    head, first = repository.git("rev-parse", "HEAD"), repository.git("rev-parse", "shelf-0.1.0")
    assert (await source.file("README.md", "main")).frame.attrs["commit"] == head
    assert (await source.file("README.md", first[:8])).frame.attrs["commit"] == first


async def test_an_unknown_version_names_those_near_it(repository: Any) -> None:
    with pytest.raises(ToolError, match=r"no version '0\.3\.0' of shelf → there are .*0\.2\.0"):
        await GitRepository(repository.folder).diff("shelf", "0.1.0", "0.3.0")


@pytest.mark.parametrize(
    "hostile",
    [
        "--help",
        "--output=/tmp/x",
        "-p",
        "HEAD~1..HEAD",
        "@{-1}",
        "a b",
        "$(touch x)",
        ":/First",
        "main:README.md",
        "\0",
        "^main",
    ],
)
async def test_a_hostile_version_is_only_unknown(repository: Any, tmp_path: Path, hostile: str) -> None:
    source = GitRepository(repository.folder)
    for call in (source.file("README.md", hostile), source.diff("shelf", hostile, "0.1.0")):
        with pytest.raises(ToolError):
            await call
    assert {entry.name for entry in (tmp_path / "case").iterdir()} == {"repository", "remote.git"}


async def test_a_file_comes_by_lines_with_its_path(repository: Any) -> None:
    answer = await GitRepository(repository.folder).file("/app/shelf/totals.py", "0.2.0", "shelf")
    assert answer.frame.attrs["path"] == "services/shelf/shelf/totals.py"
    assert answer.frame["line"].tolist() == [1, 2, 3, 4]
    assert answer.frame["text"].iloc[0] == "def total(items):"


async def test_links_and_binaries_are_refused(repository: Any) -> None:
    (repository.folder / "door").symlink_to("/etc/passwd")
    (repository.folder / "picture.bin").write_bytes(b"\0\1")
    repository.commit("More")
    source = GitRepository(repository.folder)
    with pytest.raises(ToolError, match="a link"):
        await source.file("door")
    with pytest.raises(ToolError, match="not a text"):
        await source.file("picture.bin")


async def test_changes_are_the_image_tags_that_commits_moved(repository: Any) -> None:
    frame = (await GitRepository(repository.folder).changes(DAY, "shelf")).frame
    newest = frame.iloc[0].to_dict()
    assert newest == {
        "time": datetime(2026, 11, 23, 10, tzinfo=UTC), "kind": "deployment", "service": "shelf",
        "title": "Deploy shelf 0.2.0", "from": "0.1.0", "to": "0.2.0", "commit": repository.git("rev-parse", "HEAD"),
        "manifest": "deploy/shelf.yaml", "author": "Ann Other",
    }  # fmt: skip
    assert str(frame["time"].dt.tz) == "UTC"
    assert frame[["from", "to"]].iloc[1].tolist() == ["", "0.1.0"]


async def test_changes_keep_to_window_and_service(repository: Any) -> None:
    source = GitRepository(repository.folder)
    late = Window(datetime(2026, 11, 23, 9, 45, tzinfo=UTC), datetime(2026, 11, 23, 10, 0, 1, tzinfo=UTC))
    assert (await source.changes(late)).frame["service"].tolist() == ["shelf"]
    assert (await source.changes(late, "lamp")).frame.empty
    assert len((await source.changes(DAY)).frame) == 3


async def test_a_manifest_that_changed_but_for_its_image_is_a_config_change(repository: Any) -> None:
    repository.write("deploy/lamp.yaml", (repository.folder / "deploy/lamp.yaml").read_text() + "  replicas: 3\n")
    repository.commit("Three lamps", "2026-11-23T11:00:00Z")
    row = (await GitRepository(repository.folder).changes(DAY, "lamp")).frame.iloc[0]
    assert (row["kind"], row["from"], row["to"], row["title"]) == ("config", "", "", "Three lamps")


async def test_what_was_merged_on_the_remote_meanwhile_is_seen(repository: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    repository.git("clone", "-q", str(repository.remote), str(other), at=tmp_path)
    (other / "NEW.md").write_text("new\n")
    repository.git("add", "-A", at=other)
    repository.git("-c", "user.name=B", "-c", "user.email=b@b", "commit", "-q", "-m", "New", at=other)
    repository.git("push", "-q", "origin", "main", at=other)
    assert (await GitRepository(repository.folder).file("NEW.md")).frame["text"].tolist() == ["new"]


async def test_reads_leave_the_work_tree_and_the_index_alone(repository: Any) -> None:
    repository.write("README.md", "mine\n")
    index = (repository.folder / ".git" / "index").read_bytes()
    source = GitRepository(repository.folder)
    await asyncio.gather(
        *(source.diff("shelf", "0.1.0", "0.2.0") for _ in range(3)),
        *(source.changes(DAY) for _ in range(3)),
        source.file("README.md"),
    )
    assert (repository.folder / ".git" / "index").read_bytes() == index
    assert (repository.folder / "README.md").read_text() == "mine\n"


async def test_nothing_that_the_repository_configures_is_run(repository: Any, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "diff.external",
        "core.pager",
        "diff.t.textconv",
        "filter.t.clean",
        "filter.t.smudge",
    ):
        repository.git("config", key, str(trap))
    repository.write(".gitattributes", "*.py diff=t filter=t\n")
    (repository.folder / ".git/info/attributes").write_text("*.py diff=t filter=t\n")
    for hook in ("post-index-change", "reference-transaction", "pre-push"):
        file = repository.folder / ".git" / "hooks" / hook
        file.write_bytes(trap.read_bytes())
        file.chmod(0o755)
    source = GitRepository(repository.folder)
    await source.diff("shelf", "0.1.0", "0.2.0")
    await source.file("services/shelf/shelf/totals.py")
    await source.changes(DAY)
    assert not (tmp_path / "sprung").exists()


async def test_inherited_git_variables_do_not_lead_elsewhere(
    repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert (await GitRepository(repository.folder).health()).ok


async def test_health_counts_services_and_hides_passwords(repository: Any) -> None:
    health = await GitRepository(repository.folder).health()
    assert health.ok
    assert "2 tags; 2 services in 2 deployment manifests" in health.detail
    repository.git("config", "remote.origin.url", "https://me:secret@127.0.0.1:1/shop.git")
    assert "secret" not in (await GitRepository(repository.folder).health()).detail


def test_without_git_it_says_so(repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(SourceUnreachable, match="git is not on the PATH → install git"):
        GitRepository(repository.folder)


def test_a_folder_that_is_no_repository_says_so(repository: Any, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not a git repository"):
        GitRepository(repository.folder / "services")
    with pytest.raises(ConfigurationError, match="there is no folder"):
        GitRepository(tmp_path / "nothing")


async def test_a_repository_without_a_commit_says_so(empty_repository: Any) -> None:
    source = GitRepository(empty_repository.folder)
    assert not (await source.health()).ok
    with pytest.raises((SourceUnreachable, ToolError)):
        await source.changes(DAY)


async def test_a_cancelled_call_leaves_no_git_behind(
    repository: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    program.chmod(0o755)
    source = GitRepository(repository.folder)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    task = asyncio.create_task(source.health())
    for _ in range(200):
        await asyncio.sleep(0.02)
        if (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip():
            break
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
