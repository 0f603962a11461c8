"""A branch in a real kernel: by its line, by the edited call, and the two runs beside each other."""

from __future__ import annotations

import json
from typing import Any

import pytest

TURNS = "TURNS[:] = [[('look', {'rows': 4})], [('look', {'rows': 5})], [REPORT]]"


@pytest.fixture
def asked(kernel: Any) -> Any:
    kernel.run(TURNS)
    assert kernel.run("%%sre\nWhat is wrong?").status == "ok"
    return kernel


def _after(kernel: Any) -> None:
    kernel.run("TURNS[:] = [[('look', {'rows': 5})], [REPORT]]")


def test_another_argument_runs_and_both_runs_stand_beside_each_other(asked: Any) -> None:
    mother = asked.value("sre.last.record.folder.name")
    _after(asked)
    ran = asked.run("%sre fork 1 --set rows=9")
    assert ran.status == "ok", ran.text
    assert "1. E1 look: 9 rows" in ran.text and f"first:  {mother}" in ran.text
    assert "at step 1: look: rows: 4 → 9" in ran.text and "≠ look: rows 4 → 9" in ran.text
    assert asked.value("[len(e.df) for e in sre.E.values()]") == [9, 5]
    events = asked.events()
    assert events[0]["type"] == "forked" and events[0]["record"] == mother
    assert "≠ look: rows 4 → 9" in asked.run("%sre diff").text
    assert "steps: 2" in asked.run(f"%sre diff {mother} {mother}").text


def test_the_call_is_put_into_a_cell_to_be_edited_and_run(asked: Any) -> None:
    asked.run("NEXT = []\nget_ipython().set_next_input = lambda text, replace=False: NEXT.append(text)")
    assert "next cell holds the call" in asked.run("%sre fork 2 --edit").text
    [cell] = asked.value("NEXT")
    first, _, body = cell.partition("\n")
    assert first == "%%sre --fork 2" and json.loads(body) == {"tool": "look", "arguments": {"rows": 5}}
    _after(asked)
    ran = asked.run(cell.replace("5", "8"))
    assert ran.status == "ok" and "2. E2 look: 8 rows" in ran.text
    assert (
        "the call is as it was"
        in asked.run("%%sre --fork 1\n" + json.dumps({"tool": "look", "arguments": {"rows": 4}})).text
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%sre fork 7 --answer x", "there is no step 7"),
        ("%sre fork 1", "not said what is another"),
        ("%sre fork x --edit", "invalid int"),
        ("%sre fork 1 --set rows", "names no argument"),
        ("%sre fork 1 --set rows=many", "rows"),
        ("%sre fork 1 --reject no", "is no change"),
        ("%sre diff nothing here", "is not a record"),
    ],
)
def test_what_cannot_be_forked_is_one_line(asked: Any, line: str, said: str) -> None:
    ran = asked.run(line)
    assert ran.status == "error" and said in ran.text and len(ran.error) == 1
    assert asked.value("len(sre.E)") == 2


def test_before_any_question_there_is_nothing_to_fork(kernel: Any) -> None:
    assert "nothing was investigated yet" in kernel.run("%sre fork 1 --answer x").text
    assert "which two runs" in kernel.run("sre.mother = None\n%sre diff").text
