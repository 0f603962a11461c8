"""Hunks: what is left out stays as it was, what is edited stands as it was left, and nothing else moves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.approval.hunks import changed_lines, composed, hunks

BEFORE = "".join(f"line {n}\n" for n in range(1, 31))
AFTER = BEFORE.replace("line 3\n", "line three\nand more\n").replace("line 25\n", "")
TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n", "\x85\u2028x\n", "end"]), max_size=14).map("".join)


def test_each_change_far_from_another_is_a_hunk() -> None:
    found = hunks(BEFORE, AFTER)
    assert [hunk.shown[0] for hunk in found] == ["@@ -1,6 +1,7 @@", "@@ -22,7 +23,6 @@"]
    assert "+and more" in found[0].shown and "-line 25" in found[1].shown
    assert changed_lines(BEFORE, AFTER) == 4


def test_one_hunk_is_left_out_and_one_is_edited() -> None:
    assert composed(BEFORE, AFTER, {0: None}) == BEFORE.replace("line 25\n", "")
    edited = hunks(BEFORE, AFTER)[0].text.replace("and more", "and less")
    assert composed(BEFORE, AFTER, {0: edited, 1: None}) == BEFORE.replace("line 3\n", "line three\nand less\n")
    assert composed(BEFORE, AFTER, {0: None, 1: None}) == BEFORE


def test_a_new_and_a_deleted_file_are_one_hunk() -> None:
    assert [h.text for h in hunks(None, "a\nb\n")] == ["a\nb\n"] and composed(None, "a\n", {0: "b"}) == "b\n"
    assert composed("a\n", None, {}) == "" and composed("a\n", None, {0: None}) == "a\n"
    assert hunks("a\n", "a\n") == hunks(None, "") == []


@pytest.mark.parametrize("typed", ["x\ny", "x\ny\n", "x\r\ny\r\n"])
def test_what_was_typed_ends_its_lines_as_the_file_does(typed: str) -> None:
    assert composed("a\r\n", "b\r\n", {0: typed}) == "x\r\ny\r\n"
    assert composed("a\n", "b\n", {0: typed}) == "x\ny\n"


@settings(max_examples=400, deadline=None, derandomize=True)
@given(TEXTS, TEXTS, st.data())
def test_any_choice_is_a_mixture_of_both(before: str, after: str, data: st.DataObject) -> None:
    found = hunks(before, after)
    assert composed(before, after, {}) == after
    assert composed(before, after, dict.fromkeys(range(len(found)))) == before
    one = data.draw(st.integers(0, max(len(found) - 1, 0)))
    mixed = composed(before, after, {one: None} if found else {})
    assert len(hunks(before, mixed)) <= len(found)
