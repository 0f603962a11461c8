"""Which cells are made to wait."""

from __future__ import annotations

import ast

import pytest

from aisre_nb.notebook.rewriting import awaited


@pytest.mark.parametrize(
    "cell", ["", "\n", "x = 1\n", "%sre status\n", "%%sres\nx\n", "%%time\nx = 1\n", "# only\n", "%%sre?\n"]
)
def test_other_cells_stay(cell: str) -> None:
    lines = cell.splitlines(keepends=True)
    assert awaited(lines) == lines


@pytest.mark.parametrize("above", ["", "# a comment\n", "\n# one\n\n# two\n"])
def test_a_question_is_awaited_with_its_line_and_text_whole(above: str) -> None:
    question = "Is it \"so\"?\n'''\n\\n {{x}} ☃\n"
    (line,) = awaited(f"{above}%%sre --since 2h\n{question}".splitlines(keepends=True))
    assert line.startswith("await get_ipython().run_cell_magic(")
    call = ast.parse(line.removeprefix("await ")).body[0].value  # type: ignore[attr-defined]
    assert [ast.literal_eval(argument) for argument in call.args] == ["sre", "--since 2h", question]


@pytest.mark.parametrize("magic", ["%%time", "%%timeit -n1", "%%capture out"])
def test_another_magic_above_is_refused(magic: str) -> None:
    (line,) = awaited([f"{magic}\n", "\n", "%%sre\n", "Why?\n"])
    assert "wrapped" in line and magic.split()[0] in line and "await" not in line


@pytest.mark.parametrize("line", ["%sre undo E9\n", "%sre  undo   E9  \n"])
def test_an_undo_waits_for_a_person_wherever_it_stands(line: str) -> None:
    lines = ["x = 1\n", line, "y = 2\n"]
    assert awaited(lines) == [
        "x = 1\n", "await get_ipython().run_cell_magic('sre', '--undo E9', '\\n')\n", "y = 2\n",
    ]  # fmt: skip


@pytest.mark.parametrize("line", ["%sre undo\n", "%sre undo E9 now\n", "  %sre undo E9\n", "print('%sre undo E9')\n"])
def test_what_is_no_undo_is_left_alone(line: str) -> None:
    assert awaited([line]) == [line]


@pytest.mark.parametrize(
    ("line", "rest"), [("%sre verify\n", ""), ("%sre  verify  --all \n", "--all"), ("%sre verify E3 E7\n", "E3 E7")]
)
def test_asking_again_waits_for_sources(line: str, rest: str) -> None:
    told = f'--verify="{rest}"'
    assert awaited(["x = 1\n", line])[1] == f"await get_ipython().run_cell_magic('sre', {told!r}, '\\n')\n"
    other = ["%sre verify $E\n", "%sre audit verify\n", "%sre verifying\n"]
    assert awaited(other) == other
