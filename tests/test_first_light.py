"""The first issue's own list: the answer is right over seeds, both pull requests hold what was shown, the fix mends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.cli import main

QUESTION = "There is an issue with the cart service, can you find the root cause?"


def _ask(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    status = main(["ask", QUESTION, "--json", *options])
    return status, json.loads(capsys.readouterr().out)


def _git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def _cart_tests(remote: Path, ref: str, folder: Path) -> int:
    """The exit status of the cart's own tests at one ref."""
    _git(remote, "worktree", "add", "-q", "--detach", str(folder), ref)
    command = [sys.executable, "-W", "ignore", "-m", "unittest", "discover", "-q"]
    return subprocess.run(command, cwd=folder / "services" / "cart", capture_output=True, check=False).returncode


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("seed", (1, 6, 11, 16))
def test_the_cause_is_found_and_both_pull_requests_are_opened(
    seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = _ask(capsys, "--scenario", "cart-errors", "--seed", str(seed), "--approve", "all")
    world = next((tmp_path / ".aisre" / "worlds").iterdir())
    truth = json.loads((world / "truth.json").read_text())
    cause = found["root_cause"]
    assert (status, found["outcome"], cause["services"]) == (0, "root_cause", ["cart"])
    assert cause["ranked"][0] == "cart"
    assert "0.1.0" in cause["change"] and "0.2.0" in cause["change"]
    assert truth["variable"] in cause["summary"] and str(truth["line"]) in cause["summary"]
    assert [c for c in found["claims"] if c["check"] == "failed"] == []
    assert [c for c in found["claims"] if c["check"] == "passed"]
    assert [p["kind"] for p in found["pull_requests"]] == ["rollback", "fix"]
    assert _git(world / "repository", "status", "--porcelain") == ""


def test_the_branches_hold_the_shown_diffs_and_the_fix_mends_the_cart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = _ask(capsys, "--scenario", "cart-errors", "--seed", "3", "--approve", "all")
    world = next((tmp_path / ".aisre" / "worlds").iterdir())
    remote = world / "remote.git"
    record = Path(found["record"])
    events = [json.loads(line) for line in (record / "events.jsonl").read_text().splitlines()]
    shown = {e["final"]["kind"]: e["view"]["files"] for e in events if e["type"] == "decided"}
    for request in found["pull_requests"]:
        changed = _git(remote, "diff", "--name-only", "main", request["branch"]).split()
        files = shown[request["kind"]]
        assert changed == sorted(f["path"] for f in files)
        for file in files:
            assert _git(remote, "show", f"{request['branch']}:{file['path']}") == file["after"]
    rollback, fix = found["pull_requests"]
    assert _cart_tests(remote, "main", tmp_path / "before") != 0
    assert main(["prs", "merge", "2", "--repository", str(world / "repository")]) == 0
    assert _cart_tests(remote, "main", tmp_path / "after") == 0
    manifest = _git(remote, "show", f"{rollback['branch']}:{shown['rollback'][0]['path']}")
    assert ":0.1.0" in manifest and ":0.2.0" not in manifest
    assert fix["kind"] == "fix"


def test_without_an_approval_nothing_changes_and_the_exit_status_is_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, found = _ask(capsys, "--scenario", "cart-errors", "--seed", "5", "--approve", "read")
    world = next((tmp_path / ".aisre" / "worlds").iterdir())
    assert status == 3 and found["outcome"] == "root_cause" and found["pull_requests"] == []
    assert _git(world / "remote.git", "for-each-ref", "--format=%(refname)", "refs/heads").split() == [
        "refs/heads/main"
    ]
    assert not list((world / "remote.git").glob("pull-requests/*.json"))
    assert [s["decision"] for s in found["steps"] if s["effect"] == "change"] == ["denied", "denied"]


def test_a_healthy_service_gets_no_cause(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["sandbox", "make", "cart-errors", "--seed", "2", "--out", str(tmp_path / "case")])
    capsys.readouterr()
    main(["ask", "Is the currency service healthy?", "--case", str(tmp_path / "case"), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["outcome"] == "no_fault" and found["root_cause"]["services"] == []
