"""The remote repository: read, merged and written to."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository.history import Commit
from aisre_nb.sandbox.repository.remote import Remote
from aisre_nb.sandbox.repository.written import environment, write_repository

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    first = {"services/cart/a.py": "one\ntwo\nthree\n", "deploy/cart.yaml": "image: x\n", "README.md": "hello\n"}
    commits = [Commit(90.0, "Mira Lindqvist", "Begin", first, ("cart-0.1.0",))]
    write_repository(tmp_path, commits, NOW, Names({}, ()))
    return tmp_path


def _git(folder: Path, *arguments: str) -> str:
    who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@x", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@x"}
    command = ["git", "-C", str(folder / "repository"), *arguments]
    return subprocess.run(command, env=environment() | who, capture_output=True, text=True, check=True).stdout


def _push(folder: Path, branch: str, text: str) -> None:
    _git(folder, "checkout", "-q", "-b", branch, "origin/main")
    (folder / "repository" / "services/cart/a.py").write_text(text)
    _git(folder, "commit", "-qam", f"cart: {branch}")
    _git(folder, "push", "-q", "origin", branch)


def test_files_are_those_of_source_and_deployment(folder: Path):
    remote = Remote(folder)
    assert set(remote.files(remote.head())) == {"services/cart/a.py", "deploy/cart.yaml"}
    assert remote.files(remote.head())["services/cart/a.py"] == "one\ntwo\nthree\n"
    assert remote.tags() == ["cart-0.1.0"]


def test_a_branch_is_merged_with_a_commit_of_its_own(folder: Path):
    remote, before = Remote(folder), Remote(folder).head()
    _push(folder, "fix", "one\n2\nthree\n")
    merged = remote.merge("fix", NOW)
    assert remote.head() == merged != before and "2\n" in remote.files(merged)["services/cart/a.py"]
    _git(folder, "fetch", "-q")
    assert _git(folder, "log", "-1", "--format=%an %cI %s %P", "origin/main").split()[:2] == ["Shop", "CI"]
    assert len(_git(folder, "log", "-1", "--format=%P", "origin/main").split()) == 2


def test_merges_at_the_same_instant_are_the_same_commits(folder: Path):
    _push(folder, "fix", "one\n2\nthree\n")
    before = Remote(folder).head()
    first = Remote(folder).merge("fix", NOW)
    _git(folder, "push", "-q", "-f", "origin", f"{before}:refs/heads/main")
    assert Remote(folder).merge("fix", NOW) == first


def test_a_branch_that_does_not_merge_is_refused_and_main_stays(folder: Path):
    remote = Remote(folder)
    _push(folder, "one", "one\nONE\nthree\n")
    _push(folder, "two", "one\nTWO\nthree\n")
    head = remote.merge("one", NOW)
    with pytest.raises(UsageError, match="two does not merge into main"):
        remote.merge("two", NOW)
    assert remote.head() == head


@pytest.mark.parametrize("branch", ["nothing", "--all", "a b"])
def test_a_branch_that_is_not_there_is_refused_in_one_line(folder: Path, branch: str):
    with pytest.raises(UsageError) as caught:
        Remote(folder).merge(branch, NOW)
    assert "\n" not in str(caught.value) and branch in str(caught.value)


@pytest.mark.parametrize(
    "setting",
    ['[merge "x"]\n\tdriver = touch {left}\n', "[include]\n\tpath = {left}\n", "[core]\n\tfsmonitor = touch {left}\n"],
)
def test_a_repository_that_names_a_program_is_refused(folder: Path, setting: str):
    _push(folder, "fix", "one\n2\nthree\n")
    left = folder / "left"
    with (folder / "remote.git" / "config").open("a") as config:
        config.write(setting.format(left=left))
    (folder / "remote.git" / "info").mkdir(exist_ok=True)
    (folder / "remote.git" / "info" / "attributes").write_text("* merge=x\n")
    with pytest.raises(UsageError, match="which a world's repository does not need"):
        Remote(folder).merge("fix", NOW)
    assert not left.exists()


def test_a_link_is_no_source_and_a_name_is_no_commit(folder: Path):
    _git(folder, "checkout", "-q", "-b", "link", "origin/main")
    (folder / "repository" / "services/cart/b.py").symlink_to("/etc/passwd")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "a link")
    assert set(Remote(folder).files(Remote(folder).head())) == {"services/cart/a.py", "deploy/cart.yaml"}
    with pytest.raises(UsageError, match="is no commit"):
        Remote(folder).files("--output=/tmp/x")


def test_what_ci_writes_is_a_commit_with_a_tag(folder: Path):
    remote, before = Remote(folder), Remote(folder).head()
    head = remote.write({"deploy/cart.yaml": "image: y\n"}, "deploy: cart 0.2.0\n", "cart-0.2.0", NOW)
    assert remote.head() == head != before and remote.files(head)["deploy/cart.yaml"] == "image: y\n"
    assert remote.files(head)["services/cart/a.py"] == "one\ntwo\nthree\n" and "cart-0.2.0" in remote.tags()
