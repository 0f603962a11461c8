"""The audit: appended to, never written over, and whoever edits it is noticed."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import RecordError
from aisre_nb.record.audit import FIRST, Audit


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    found = Audit(tmp_path / "kept" / "audit.jsonl")
    for n in range(5):
        found.append({"event": "decided", "who": "ada", "step": n, "reason": "naïve ✓"})
    return found


def _lines(audit: Audit) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.path.read_text(encoding="utf-8").splitlines()]


def _write(audit: Audit, lines: list[dict[str, Any]]) -> None:
    audit.path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_each_line_holds_the_hash_of_the_one_before(audit: Audit) -> None:
    lines = audit.entries()
    assert [line["n"] for line in lines] == [1, 2, 3, 4, 5]
    assert [line["previous"] for line in lines] == [FIRST, *(line["hash"] for line in lines[:-1])]
    assert list(audit.problems()) == []


@pytest.mark.parametrize(
    "field, value", [("who", "eve"), ("step", 9), ("reason", ""), ("n", 7), ("at", "2020"), ("x", 1)]
)
def test_a_changed_line_is_noticed(audit: Audit, field: str, value: Any) -> None:
    lines = _lines(audit)
    lines[2][field] = value
    _write(audit, lines)
    assert any("line 3 was changed" in problem for problem in audit.problems())


def test_a_changed_line_with_its_hash_made_anew_breaks_the_next_one(audit: Audit) -> None:
    forged = Audit(audit.path.with_name("forged"))
    for line in _lines(audit)[:2]:
        forged.append({k: line[k] for k in ("event", "who", "step", "reason")})
    lines = _lines(audit)
    lines[1] = _lines(forged)[1]
    _write(audit, lines)
    assert any("line 3 does not follow" in problem for problem in audit.problems())


@pytest.mark.parametrize("edit", ["taken out", "put in", "exchanged", "first"])
def test_lines_that_were_taken_out_put_in_or_exchanged_are_noticed(audit: Audit, edit: str) -> None:
    lines = _lines(audit)
    match edit:
        case "taken out":
            del lines[2]
        case "put in":
            lines.insert(2, lines[3])
        case "exchanged":
            lines[1], lines[2] = lines[2], lines[1]
        case "first":
            del lines[0]
    _write(audit, lines)
    assert list(audit.problems())


def test_what_is_no_line_is_noticed_and_the_chain_goes_on_after_it(audit: Audit) -> None:
    with audit.path.open("a", encoding="utf-8") as file:
        file.write('{"n": 6, "cut')
    audit.append({"event": "ran"})
    assert [entry["n"] for entry in audit.entries()] == [1, 2, 3, 4, 5, 6]
    assert list(audit.problems()) == ["line 6 is no entry"]


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("")
    (tmp_path / "audit.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RecordError, match="without it nothing is changed"):
        Audit(tmp_path / "audit.jsonl").append({"event": "decided"})
    assert (tmp_path / "elsewhere").read_text() == ""


def _many(path: Path) -> None:
    for n in range(40):
        Audit(path).append({"event": "decided", "step": n, "long": "x" * 3000})


def test_processes_that_write_at_once_make_one_chain(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    running = [context.Process(target=_many, args=(tmp_path / "audit.jsonl",)) for _ in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join(60)
    audit = Audit(tmp_path / "audit.jsonl")
    assert [entry["n"] for entry in audit.entries()] == list(range(1, 121)) and list(audit.problems()) == []
