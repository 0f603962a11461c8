"""A record as a postmortem, headless."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from aisre_nb.cli import main
from aisre_nb.sandbox import make

QUESTION = "There is an issue with the cart service, can you find the root cause?"


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("asked")
    make("cart-errors", 1, here / "case", hours=1, per_second=4)
    before = Path.cwd()
    os.chdir(here)
    try:
        assert main(["ask", QUESTION, "--case", "case", "--model", "builtin", "--approve", "all", "--json"]) == 0
    finally:
        os.chdir(before)
    return next(here.glob(".aisre/records/*"))


def test_it_is_printed(record: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["postmortem", str(record)]) == 0
    told = capsys.readouterr().out
    assert "status: not verified" in told and "UnboundLocalError" in told
    assert re.search(r"\d\d:\d\d:\d\d +\+2\S* +alert ", told) or " alert " in told


def test_both_files_are_written_and_named(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["postmortem", str(record), "--html", "pm.html", "--markdown", "pm.md"]) == 0
    assert capsys.readouterr().out.split() == ["pm.html", "pm.md", "pm_files/E3.svg", "pm_files/E6.svg"]
    whole = Path("pm.html").read_text()
    assert 4_000_000 < len(whole.encode()) < 8_000_000
    assert not re.search(r"(?:src|href)=\"(?!#)", whole[: whole.index("<script")])
    text = Path("pm.md").read_text()
    assert "![E3" in text and "| alert |" in text
    sections = set(re.findall(r"\]\(#(e\d+)\)", text))
    assert sections <= {found.lower() for found in re.findall(r"^### (E\d+)$", text, re.M)}


def test_the_houses_template_is_used(
    record: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("aisre.toml").write_text('[postmortem]\ntemplate = "house.md"\n')
    Path("house.md").write_text("# Incident: {{title}}\n\n{{actions}}\n")
    assert main(["postmortem", str(record), "--markdown", "pm.md"]) == 0
    told = Path("pm.md").read_text()
    assert told.startswith("# Incident: cart") and "## Timeline" not in told and "| rollback |" in told
    Path("house.md").write_text("{{titel}}")
    assert main(["postmortem", str(record), "--markdown", "other.md"]) == 2
    error = capsys.readouterr().err
    assert "{{titel}} is no placeholder" in error and error.count("\n") == 1 and not Path("other.md").exists()
    Path("aisre.toml").write_text("[postmortem]\nstyle = 1\n")
    assert main(["postmortem", str(record)]) == 2


def test_what_is_no_record_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["postmortem", str(tmp_path / "none")]) == 4
    assert capsys.readouterr().err.count("\n") == 1
