"""One case in its own process: without the truth, and without harm when it hangs or breaks."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from aisre_nb.bench.asking import Asker
from aisre_nb.bench.suite import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    folder = tmp_path / "case"
    (folder / "inner").mkdir(parents=True)
    (folder / "manifest.json").write_text('{"question": "--json"}')
    (folder / "truth.json").write_text('{"outcome": "root_cause", "services": ["cart"]}')
    (folder / "inner" / "truth.json").write_text("{}")
    (folder / "changes.jsonl").write_text("")
    return Case("case", folder=folder)


def test_what_is_asked_has_no_truth_and_the_case_stays_as_it_was(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def call(self: Asker, *arguments: str) -> tuple[int, str, str]:
        assert arguments[0] == "ask" and arguments[-2:] == ("--", "--json")
        assert arguments[arguments.index("--approve") + 1] == "read"
        folder = Path(arguments[arguments.index("--case") + 1])
        seen.extend(sorted(str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()))
        return 3, json.dumps({"outcome": "root_cause", "root_cause": {"ranked": ["cart"]}}), ""

    monkeypatch.setattr(Asker, "_call", call)
    found = Asker("builtin", tmp_path / "work").run(case)
    assert seen == ["changes.jsonl", "manifest.json"]
    assert found is not None and found["top1"] is True and found["error"] == ""
    assert case.folder is not None and (case.folder / "truth.json").is_file()
    assert not (tmp_path / "work" / "case" / "telemetry").exists()


def test_what_does_not_answer_in_time_is_ended(case: Case, tmp_path: Path) -> None:
    begun = time.monotonic()
    found = Asker("builtin", tmp_path / "work", timeout=0.1).run(case)
    assert found is not None and found["error"] == "no answer within 0.1 s" and found["outcome"] == "error"
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("status", "out", "told", "error"),
    [
        (4, "", "the model did not answer", "the model did not answer"),
        (1, "{", "", "it ended with status 1"),
        (-9, "", "", "it ended with status -9"),
        (0, "not json", "", "it ended with status 0"),
        (0, "[]", "", "it ended with status 0"),
    ],
)
def test_what_breaks_is_a_row(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, out: str, told: str, error: str
) -> None:
    monkeypatch.setattr(Asker, "_call", lambda self, *arguments: (status, out, told))
    found = Asker("builtin", tmp_path / "work").run(case)
    assert found is not None and error in found["error"] and found["right"] is False


def test_a_manifest_that_cannot_be_read_is_a_row(case: Case, tmp_path: Path) -> None:
    assert case.folder is not None
    (case.folder / "manifest.json").write_text("{")
    found = Asker("builtin", tmp_path / "work").run(case)
    assert found is not None and found["outcome"] == "error" and found["error"]


def test_what_was_stopped_is_no_row(case: Case, tmp_path: Path) -> None:
    asker = Asker("builtin", tmp_path / "work")
    asker.stop()
    assert asker.run(case) is None
