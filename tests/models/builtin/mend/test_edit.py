"""Edits that a pull request takes: each quotes text that occurs once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.models.builtin.mend.edit import between

LINES = st.lists(st.sampled_from(["a\n", "b\n", "  a\n", "\n", "a b\n"]), max_size=25).map("".join)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES)
def test_the_edits_turn_one_text_into_the_other(before: str, after: str) -> None:
    edits = between("f", before, after)
    text = before
    for edit in edits or []:
        assert before.count(edit["old"]) == 1 and text.count(edit["old"]) == 1
        text = text.replace(edit["old"], edit["new"])
    assert edits is None or text == after


def test_an_insertion_quotes_both_sides_so_that_it_cannot_apply_twice() -> None:
    before, after = "def f():\n    if a:\n        x = 1\n", "def f():\n    x = 0\n    if a:\n        x = 1\n"
    (edit,) = between("f", before, after) or []
    assert edit["old"] not in after


def test_what_was_redacted_is_never_quoted() -> None:
    before = "token = '[redacted:token:1]'\nx = 1\n"
    assert between("f", before, before.replace("x = 1", "x = 2")) is None
