"""What hides is shown before it is approved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.approval.revealed import revealed


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x1b", "\r", "\u2028", "\x00", "\U000e0041"])
def test_a_hidden_character_becomes_its_number(hidden: str) -> None:
    assert revealed(f"a{hidden}b") == f"a⟨U+{ord(hidden):04X}⟩b"


@given(st.text())
def test_nothing_is_taken_out(text: str) -> None:
    assert len(revealed(text)) >= len(text)
    assert revealed(revealed(text)) == revealed(text)


def test_plain_text_and_its_lines_stay() -> None:
    assert revealed("+\tif größer:\n") == "+\tif größer:\n"
