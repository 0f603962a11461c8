"""Pull requests by ``%sre prs``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.notebook.handle import Handle
from aisre_nb.notebook.requests import prs


def _git(folder: Path, *words: str) -> str:
    named = ["-c", "user.name=ada", "-c", "user.email=ada@shop.example"]
    done = subprocess.run(["git", *named, "-C", str(folder), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare one, with one branch beyond main."""
    _git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    _git(tmp_path, "clone", "-q", "remote.git", "repository")
    clone = tmp_path / "repository"
    _git(clone, "checkout", "-q", "-B", "main")
    for branch, text in (("main", "one"), ("fix/it", "two")):
        _git(clone, "checkout", "-q", "-B", branch)
        (clone / "f").write_text(f"{text}\n")
        _git(clone, "add", "f")
        _git(clone, "commit", "-q", "-m", text)
        _git(clone, "push", "-q", "origin", branch)
    _git(clone, "checkout", "-q", "main")
    return tmp_path / "remote.git"


@pytest.fixture
def handle(remote: Path) -> Handle:
    made = Handle()
    sources: Any = SimpleNamespace(code=SimpleNamespace(folder=remote.with_name("repository")))
    made.sources = sources
    return made


@pytest.fixture
def opened(remote: Path) -> None:
    kept = {
        "number": 1, "kind": "fix", "title": "Mend\u202e it", "body": "Because.", "branch": "fix/it", "base": "main",
        "base_commit": _git(remote, "rev-parse", "main"), "head_commit": _git(remote, "rev-parse", "fix/it"),
        "state": "open", "files": ["f"], "opened_at": "2026-03-01T12:00:00+00:00", "by": "ada",
    }  # fmt: skip
    (remote / "pull-requests").mkdir()
    (remote / "pull-requests" / "1.json").write_text(json.dumps(kept))


def test_without_a_repository_it_says_what_to_do() -> None:
    with pytest.raises(UsageError, match="no repository is open"):
        prs([], Handle())


def test_none_is_said(handle: Handle, capsys: pytest.CaptureFixture[str]) -> None:
    prs([], handle)
    assert capsys.readouterr().out == "There is no pull request.\n"


@pytest.mark.usefixtures("opened")
def test_one_is_listed_read_and_merged(handle: Handle, remote: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prs(["list"], handle)
    assert capsys.readouterr().out == "#1  open   fix/it: Mend it\n"
    prs(["show", "1"], handle)
    shown = capsys.readouterr().out
    assert "body: Because.\n" in shown and "\u202e" not in shown
    prs(["merge", "1"], handle)
    assert capsys.readouterr().out.startswith("merged #1 as ")
    assert _git(remote, "show", "main:f") == "two"
    prs([], handle)
    assert "#1  merged " in capsys.readouterr().out


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("show", "%sre prs show is not known"),
        ("merge one", "%sre prs merge one is not known"),
        ("close 1", "%sre prs close 1 is not known"),
        ("show 1 2", "%sre prs show 1 2 is not known"),
        ("merge 7", "there is no pull request 7"),
    ],
)
def test_what_is_typed_wrongly_is_refused_in_one_line(words: str, said: str, handle: Handle) -> None:
    with pytest.raises(UsageError, match=f"^{said}") as wrong:
        prs(words.split(), handle)
    assert "\n" not in str(wrong.value)
