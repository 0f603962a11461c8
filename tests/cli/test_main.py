"""The command line: what it refuses, and how."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aisre_nb.cli import main


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _one_line(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.strip().splitlines()) == 1, err
    return err


@pytest.mark.parametrize(
    ("argv", "named"),
    [
        (["ask", "why?", "--case", "no/such/folder"], "no/such/folder"),
        (["ask", "why?", "--scenario", "no-such-scenario"], "no-such-scenario"),
        (["ask", "  "], "empty"),
        (["ask", "why?", "--model", "no-such-model", "--scenario", "cart-errors"], "no-such-model"),
        (["ask", "why?", "--since", "yesterday"], "yesterday"),
        (["ask", "why?", "--max-steps", "0"], "max_steps"),
        (["prs", "list"], "--repository"),
        (["prs", "merge", "--repository", "."], "number"),
    ],
)
def test_bad_usage_is_one_line_and_exit_status_2(
    argv: list[str], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) in (2, 4)
    assert named in _one_line(capsys)


def test_a_wrong_option_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["ask", "why?", "--aprove", "all"])
    assert left.value.code == 2


@pytest.mark.parametrize("verb", ["ask", "approve", "audit", "demo", "doctor", "sandbox", "prs"])
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([verb, "--help"])
    assert left.value.code == 0 and "usage" in capsys.readouterr().out


def test_doctor_says_what_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    rows = {row["what"]: row for row in json.loads(capsys.readouterr().out)["checks"]}
    assert rows["git"]["ok"] and "built-in" in rows["model"]["detail"]


def test_doctor_names_the_source_that_does_not_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "aisre.toml").write_text('[sources.gone]\ntype = "folder"\npath = "gone"\n')
    assert main(["doctor"]) == 4
    assert "gone" in capsys.readouterr().out


def test_the_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sandbox", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"name", "title", "question", "difficulty"} == set(found[0])
    assert "cart-errors" in [s["name"] for s in found]
