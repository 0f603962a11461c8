"""A change that nobody could be asked about is approved later, and runs as it was recorded."""

from __future__ import annotations

import io
import json
import os
import subprocess
from pathlib import Path

import pytest

from aisre_nb.cli import main
from aisre_nb.sandbox import make

QUESTION = "There is an issue with the cart service, can you find the root cause?"


@pytest.fixture(scope="module")
def denied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a headless run wanted two pull requests."""
    here = tmp_path_factory.mktemp("denied")
    make("cart-errors", 1, here / "case", hours=1, per_second=6)
    before = Path.cwd()
    os.chdir(here)
    try:
        assert main(["ask", QUESTION, "--case", "case", "--model", "builtin", "--json"]) == 3
    finally:
        os.chdir(before)
    return here


@pytest.fixture
def here(denied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import shutil

    shutil.copytree(denied / ".aisre", tmp_path / ".aisre")
    shutil.copytree(denied / "case", tmp_path / "case")
    # The record names the folder that it asked.
    for events in tmp_path.glob(".aisre/records/*/events.jsonl"):
        events.write_text(events.read_text().replace(str(denied), str(tmp_path)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _record(here: Path) -> Path:
    return next((here / ".aisre" / "records").iterdir())


def _steps(here: Path) -> list[int]:
    events = [json.loads(line) for line in (_record(here) / "events.jsonl").read_text().splitlines()]
    return [e["n"] for e in events if e["type"] == "decided" and e["verdict"] == "denied"]


def _branches(here: Path) -> list[str]:
    command = ["git", f"--git-dir={here / 'case' / 'remote.git'}", "branch", "--format=%(refname:short)"]
    return [
        b for b in subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() if b != "main"
    ]


def _type(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_a_headless_run_names_the_command_that_approves(
    denied: Path, capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    assert len(_steps(here)) == 2 and _branches(here) == []
    assert main(["ask", QUESTION, "--case", "case", "--model", "builtin"]) == 3
    err = capsys.readouterr().err
    assert err.count("wanted and denied: create_pull_request: ") == 2
    assert "→ aisre-nb approve /" in err and err.rstrip().endswith(f" {_steps(here)[-1]}")


def test_a_yes_runs_exactly_what_was_recorded_once(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    step = _steps(here)[0]
    _type(monkeypatch, "y")
    assert main(["approve", str(_record(here)), str(step)]) == 0
    shown = capsys.readouterr().out
    assert "-          image: registry.shop.example/cart:0.2.0" in shown and "pull request #1 is open" in shown
    assert "Shown again" not in shown and len(_branches(here)) == 1
    _type(monkeypatch, "y")
    assert main(["approve", str(_record(here)), str(step)]) == 2
    assert "was approved and ran already" in capsys.readouterr().err and len(_branches(here)) == 1
    assert main(["audit", "verify"]) == 0


@pytest.mark.parametrize("answer", ["n", "s", ""])
def test_anything_but_a_yes_changes_nothing(here: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    _type(monkeypatch, answer, "not now") if answer else monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["approve", _record(here).name, str(_steps(here)[0])]) in (3, 130)
    assert _branches(here) == [] and len(_steps(here)) == 2


def test_a_repository_that_moved_since_is_said_before_it_is_asked(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    git = ["git", f"--git-dir={here / 'case' / 'remote.git'}"]
    text = subprocess.run([*git, "show", "main:deploy/cart.yaml"], capture_output=True, text=True, check=True).stdout
    text = text.replace("replicas: ", "# moved\n  replicas: ")
    stream = (
        "commit refs/heads/main\ncommitter dev <dev@shop.example> 1900000000 +0000\ndata 4\nmove\n"
        f"from refs/heads/main^0\nM 100644 inline deploy/cart.yaml\ndata {len(text.encode())}\n{text}\n"
    )
    subprocess.run([*git, "fast-import", "--quiet"], input=stream, text=True, check=True)
    _type(monkeypatch, "y")
    assert main(["approve", str(_record(here)), str(_steps(here)[0])]) == 0
    assert "Shown again: deploy/cart.yaml was changed meanwhile" in capsys.readouterr().out


@pytest.mark.parametrize("step, named", [("1", "is no change that was denied"), ("99", "denied were")])
def test_what_was_not_denied_cannot_be_approved(
    here: Path, capsys: pytest.CaptureFixture[str], step: str, named: str
) -> None:
    assert main(["approve", str(_record(here)), step]) == 2
    assert named in capsys.readouterr().err


def test_an_edited_audit_is_noticed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit"]) == 0 and "create_pull_request repository:" in capsys.readouterr().out
    audit = here / ".aisre" / "audit.jsonl"
    lines = audit.read_text().splitlines()
    audit.write_text("\n".join(lines[:-1]) + "\n")
    assert main(["audit", "verify"]) == 4
    assert "is not in the audit any more" in capsys.readouterr().err
    audit.write_text(lines[1] + "\n")
    assert main(["audit", "verify"]) == 4
    assert "line 1 does not follow" in capsys.readouterr().err
