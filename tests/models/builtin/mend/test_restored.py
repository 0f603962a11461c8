"""A setting, set back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.models.builtin.mend.restored import restored


@pytest.mark.parametrize(
    ("text", "title", "bad", "good", "after"),
    [
        ('data:\n  RETRIES: "6"\n  POOL: "6"\n', "Set RETRIES", "6", "1", 'data:\n  RETRIES: "1"\n  POOL: "6"\n'),
        ("limits:\n  cpu: 40m\n", "Set resources.cpu of pay", "40m", "200m", "limits:\n  cpu: 200m\n"),
        ("HOST=b.example\n", "Set HOST of user", "b.example", "a.example", "HOST=a.example\n"),
        ('schedule: "*/6 * * *" # x\n', "Set schedule", "*/6 * * *", "1 2 * *", 'schedule: "1 2 * *" # x\n'),
    ],
)  # fmt: skip
def test_the_one_key_that_is_named_gets_its_former_value(
    text: str, title: str, bad: str, good: str, after: str
) -> None:
    assert restored(text, title, bad, good) == after


@pytest.mark.parametrize(
    "text", ["", "RETRIES: 6\nRETRIES: 6\n", "OTHER: 6\n", "RETRIES: 7\n", "# RETRIES: 6\n", "RETRIES: 60\n"]
)
def test_where_not_exactly_one_key_holds_the_value_nothing_is_proposed(text: str) -> None:
    assert restored(text, "Set RETRIES of web", "6", "1") is None


@given(st.text(), st.text(), st.text(), st.text())
def test_no_text_breaks_it(text: str, title: str, bad: str, good: str) -> None:
    restored(text, title, bad, good)
