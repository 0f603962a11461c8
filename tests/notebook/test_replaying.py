"""Replay in a real kernel: cells get what the record holds, in its order; nothing is begun, nothing fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.notebook.conftest import Kernel

LIVE = (
    "TURNS[:] = [[('look', {'rows': 2})], [REPORT]]",
    "%%sre\nWhy is it slow?",
    "import pandas as pd\ncited = sre.cite(pd.DataFrame({'a': [1, 2]}), 'two rows of mine')\nprint(cited.id)",
    "%sre note the on-call saw it first",
    "done = await sre.act('look', rows=1)\nprint(done)",
    "TURNS[:] = [[('look', {'rows': 4})], [REPORT]]",
    "%%sre --out found\nAnd now?",
)


@pytest.fixture
def records(kernel: Kernel) -> list[str]:
    """Of two investigations, the second of which is one question."""
    for cell in LIVE:
        assert kernel.run(cell).status == "ok", cell
    first = kernel.value("str(sre.last.record.folder)")
    kernel.run("%sre reset")
    kernel.run("TURNS[:] = [[REPORT]]")
    assert kernel.run("%%sre\nA new one?").status == "ok"
    second = kernel.value("str(sre.last.record.folder)")
    kernel.run("%sre reset")
    # Whoever begins anything now fails.
    kernel.run("begin, beginning.start = beginning.start, None; count = Scripted.count; found = None")
    return [first, second]


@pytest.fixture(autouse=True)
def _live_again(kernel: Kernel) -> object:
    yield
    kernel.run("%sre reset")
    kernel.run("%sre reset")
    kernel.run("if beginning.start is None: beginning.start = begin")


def test_a_notebook_runs_again_from_its_records(kernel: Kernel, records: list[str]) -> None:
    begun = kernel.run(f"%sre replay {' '.join(records)}")
    assert begun.text.strip().startswith(f"Replay of {Path(records[0]).name}: nothing is asked, nothing is spent.")
    assert kernel.value("[len(sre.E), sre.last.report.outcome]") == [5, "inconclusive"]
    texts = [ran.text for ran in map(kernel.run, LIVE)]
    assert "1. E1 look" in texts[1] and "Model: scripted." in texts[1] and "Inconclusive" in texts[1]
    assert "E2" in texts[2] and "E3 the on-call saw it first" in texts[3]
    assert "2. E4 look" in texts[4] and texts[4].rstrip().endswith("E4")
    assert "3. E5 look" in texts[6]
    assert kernel.value("[len(sre.E), len(sre.E['E5'].df), found is sre.last.report, cited.id]") == [5, 4, True, "E2"]
    assert "Replay of" in kernel.run("%sre status").text
    assert f"Replay of {Path(records[1]).name}" in kernel.run("%sre reset").text
    assert "Inconclusive" in kernel.run("%%sre\nA new one?").text
    assert kernel.value("[len(sre.E), Scripted.count - count, ALTERED]") == [0, 0, []]
    assert "The replay is over" in kernel.run("%sre reset").text


def test_outputs_name_their_record(kernel: Kernel, records: list[str]) -> None:
    kernel.run(f"%sre replay {records[0]}")
    drawn = [o for o in kernel.run(LIVE[1]).outputs if o["type"] == "display_data"]
    assert len(drawn) >= 3
    assert {json.dumps(o["metadata"]) for o in drawn} == {json.dumps({"aisre": {"record": Path(records[0]).name}})}


def test_another_question_is_told_which_is_next(kernel: Kernel, records: list[str]) -> None:
    kernel.run(f"%sre replay {records[0]}")
    wrong = kernel.run("%%sre\nWhat is this?")
    [line] = wrong.error
    assert wrong.ename == "UsageError"
    assert "its next question is “Why is it slow?”" in line and "%sre reset" in line
    assert kernel.run("%%sre\nWhy  is it slow?").status == kernel.run("%%sre\nAnd now?").status == "ok"
    assert "holds no further question" in kernel.run("%%sre\nAnd now?").text


@pytest.mark.parametrize(
    "cell",
    [
        "%sre sandbox cart-errors", "%sre advance 5", "%sre prs merge 1", "%sre model claude", "%sre undo E4",
        "print(await sre.act('alter', title='x'))", "sre.cite(None, 'x')", "%sre note x", "%sre verify", "%sre prs",
        "%sre postmortem --propose",
    ],
)  # fmt: skip
def test_what_would_touch_the_world_says_that_nothing_is_done(cell: str, kernel: Kernel, records: list[str]) -> None:
    kernel.run(f"%sre replay {records[1]}")
    assert kernel.run("%%sre\nA new one?").status == "ok"
    ran = kernel.run(cell)
    assert ran.status == "ok", ran.text
    assert "A replay " in ran.text or "in the record" in ran.text
    assert kernel.value("[len(sre.E), ALTERED, beginning.start]") == [0, [], None]


def test_what_was_changed_since_is_said_above_the_step(kernel: Kernel, records: list[str]) -> None:
    kernel.run(f"sre.replay; pd.DataFrame({{'n': [7]}}).to_parquet('{records[0]}/frames/E1.parquet')")
    kernel.run(f"%sre replay {records[0]}")
    text = kernel.run(LIVE[1]).text
    assert "⚠ Checked again: E1 is not what was kept" in text
    assert text.index("Checked again") < text.index("1. E1 look")


def test_everything_at_once_and_embedded(kernel: Kernel, records: list[str]) -> None:
    text = kernel.run(f"%sre replay --all {' '.join(records)}").text
    assert text.count("Replay of") == 2 and "3. E5 look" in text
    ran = kernel.run("%sre embed")
    bundles = [o["data"] for o in ran.outputs if o["type"] == "display_data"]
    assert [b["application/vnd.aisre.record+json"]["record"] for b in bundles] == [Path(r).name for r in records]
    assert all("kB compressed. Save the notebook" in b["text/plain"] for b in bundles)
    cells = [{"cell_type": "code", "outputs": [{"data": b, "metadata": {}} for b in bundles]}]
    notebook = kernel.folder / "other" / "n.ipynb"
    notebook.parent.mkdir(exist_ok=True)
    notebook.write_text(json.dumps({"cells": cells, "nbformat": 4, "metadata": {}}))
    hidden = [Path(r).rename(Path(r).with_name(f"hidden-{Path(r).name}")) for r in records]
    assert "1. E1 look" in kernel.run(f"%sre replay --all {notebook}").text
    assert "/replays/" in kernel.value("str(sre.replay.records[0].folder)")
    for path, name in zip(hidden, records, strict=True):
        path.rename(name)
