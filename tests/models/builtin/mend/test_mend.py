"""Repairs: text in, text out, held by what the syntax tree says."""

from __future__ import annotations

import difflib
from textwrap import dedent

import pytest

from aisre_nb.models.builtin.failure import Failure, symbols
from aisre_nb.models.builtin.mend import hunks
from aisre_nb.models.builtin.mend.hunks import Hunk
from aisre_nb.models.builtin.mend.mend import mend
from aisre_nb.models.builtin.mend.syntax import parse

UNBOUND = "cannot access local variable '{}' where it is not associated with a value"


def _hunks(old: str, new: str) -> list[Hunk]:
    diff = "".join(difflib.unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), n=3))
    found = [hunks.parse("a.py", "@@ " + part.rstrip("\n"), True) for part in diff.split("\n@@ ")[1:]]
    return [h for h in found if h]


def _failure(kind: str, message: str) -> Failure:
    return Failure("E1", kind, message, 1, "", (), symbols(message))


def _mended(old: str, new: str, name: str = "fee", kind: str = "UnboundLocalError", line: int = 1) -> str | None:
    old, new = dedent(old).lstrip("\n"), dedent(new).lstrip("\n")
    message = UNBOUND.format(name) if kind == "UnboundLocalError" else f"name '{name}' is not defined"
    found = mend(new, _failure(kind, message), line, _hunks(old, new))
    return found.text if found else None


def test_the_assignment_goes_back_to_where_it_stood() -> None:
    old = """
    def cost(a):
        fee = 0  # none by default
        if a.far:
            fee = 5
        return a.price + fee
    """
    new = old.replace("        fee = 0  # none by default\n", "")
    assert _mended(old, new) == dedent(old).lstrip("\n")


def test_a_variable_that_is_set_anew_in_each_turn_of_a_loop_stays_so() -> None:
    old = """
    def cost(items):
        total = 0
        for item in items:
            fee = 0
            if item.far:
                fee = 5
            total += fee
        return total
    """
    moved = """
    def cost(items):
        total = 0
        for item in items:
            log(item)
            if item.far:
                fee = 5
            total += fee
        return total
    """
    text = _mended(old, moved)
    assert text is not None
    assert "    for item in items:\n        fee = 0\n" in text or "        log(item)\n        fee = 0\n" in text


def test_an_else_that_was_taken_out_becomes_a_value_before_the_branches() -> None:
    old = """
    def cost(a):
        if a.far:
            fee = 5
        else:
            fee = 0
        return a.price + fee
    """
    new = old.replace("        else:\n            fee = 0\n", "")
    assert _mended(old, new) == dedent(old).lstrip("\n").replace("    if a.far", "    fee = 0\n    if a.far").replace(
        "    else:\n        fee = 0\n", ""
    )


def test_an_assignment_that_was_moved_behind_its_use_is_mended() -> None:
    old = "def f(a):\n    fee = a.base\n    b = fee + 1\n    return b\n"
    new = "def f(a):\n    b = fee + 1\n    fee = a.base\n    return b\n"
    text = _mended(old, new)
    assert text is not None and text.index("fee = a.base") < text.index("b = fee")


def test_an_assignment_of_several_lines_comes_back_whole() -> None:
    old = """
    def cost(a):
        fee = max(
            a.least,
            0,
        )
        if a.far:
            fee = 5
        return a.price + fee
    """
    new = dedent(old).replace("    fee = max(\n        a.least,\n        0,\n    )\n", "")
    assert _mended(old, new) == dedent(old).lstrip("\n")


def test_two_values_by_a_condition_that_is_gone_are_not_chosen_between() -> None:
    old = """
    def cost(a):
        if a.near:
            fee = 1
        else:
            fee = 2
        if a.far:
            fee = 5
        return a.price + fee
    """
    new = dedent(old).replace("    if a.near:\n        fee = 1\n    else:\n        fee = 2\n", "")
    assert _mended(old, new) == dedent(old).lstrip("\n")


def test_a_half_done_renaming_is_taken_back_rather_than_silenced() -> None:
    old = """
    def cost(a):
        fee = 0
        if a.far:
            fee = 5
        return a.price + fee
    """
    new = dedent(old).replace("    fee = 0\n", "    charge = 0\n")
    assert _mended(old, new) == dedent(old).lstrip("\n")


def test_a_value_that_is_not_known_there_is_not_put_there() -> None:
    old = "def f(a):\n    base = a.base\n    fee = base\n    if a.far:\n        fee = 5\n    return fee\n"
    new = "def f(a):\n    if a.far:\n        fee = 5\n    return fee\n"
    text = _mended(old, new)
    # Alone, the assignment would use a name that is gone: the whole hunk comes back instead.
    assert text == old


@pytest.mark.parametrize(
    ("taken", "back"),
    [
        ("from money import fee, tax\n", "from money import fee\n"),
        ("import fee\n", "import fee\n"),
        ("fee = 5\n", "fee = 5\n"),
        ("def fee():\n    return 5\n", "def fee():\n    return 5\n"),
    ],
)
def test_an_import_or_definition_that_is_used_comes_back(taken: str, back: str) -> None:
    new = '"""Costs."""\n\nimport os\n\n\ndef cost():\n    return fee\n'
    old = new.replace("import os\n", "import os\n" + taken)
    text = _mended(old, new, kind="NameError")
    assert text is not None and back in text and parse(text) is not None


def test_anything_else_is_mended_by_taking_the_hunk_back_and_only_it() -> None:
    body = "".join(f"def f{n}(a):\n    return a.value + {n}\n\n\n" for n in range(9))
    new = body.replace("a.value + 1", "a.amount + 1").replace("a.value + 8", "a.value + 80")
    found = [h if "amount" in str(h.new) else Hunk(h.file, h.new_start, h.lines) for h in _hunks(body, new)]
    mended = mend(new, _failure("AttributeError", "'Line' object has no attribute 'amount'"), 6, found)
    assert mended is not None
    assert mended.text == body.replace("a.value + 8", "a.value + 80")


def test_a_hunk_that_others_rest_on_is_not_taken_back() -> None:
    pad = "".join(f"# {n}\n" for n in range(9))
    old = f"def a():\n    return 1\n{pad}def c():\n    return 2\n"
    new = f"def b():\n    return 1\n{pad}def c():\n    return b()\n"
    found = _hunks(old, new)
    only_first = [Hunk(h.file, h.new_start, h.lines, n == 0) for n, h in enumerate(found)]
    assert mend(new, _failure("ValueError", "bad"), 2, only_first) is None


@pytest.mark.parametrize("source", ["def f(:\n", "\x00", "package main\nfunc f() {}\n", "(" * 5000])
def test_what_is_no_python_is_left_alone(source: str) -> None:
    assert mend(source, _failure("UnboundLocalError", UNBOUND.format("fee")), 1, []) is None


def test_source_is_parsed_and_never_run(tmp_path: object) -> None:
    source = "raise SystemExit('it was run')\ndef f():\n    if x:\n        fee = 1\n    return fee\n"
    old = source.replace("    if x", "    fee = 0\n    if x")
    text = _mended(old, source)
    assert text == old
