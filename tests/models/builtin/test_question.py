"""What rules can read in a question."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aisre_nb.models.builtin.question import read

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("errors in the last 3 hours", "2031-05-06T09:00"),
        ("for the past 45 min it fails", "2031-05-06T11:15"),
        ("it broke half an hour ago", "2031-05-06T11:30"),
        ("slow since an hour", "2031-05-06T11:00"),
        ("it began 2 days ago", "2031-05-04T12:00"),
        ("failing since 10:30", "2031-05-06T10:30"),
        ("failing since 10pm", "2031-05-05T22:00"),
        ("slow since lunch", "2031-05-06T11:00"),
        ("what happened yesterday?", "2031-05-05T00:00"),
        ("billing fails", None),
        ("about 5 of 10 requests fail", None),
        ("500 for 3 users", None),
    ],
)
def test_a_window_in_words(text: str, start: str | None) -> None:
    found = read(text, NOW).start
    assert (found and found.isoformat()[:16]) == start


@pytest.mark.parametrize(
    ("text", "slow", "health"),
    [
        ("Is billing healthy?", False, True),
        ("Are the payments all right?", False, True),
        ("billing is slow", True, False),
        ("high latency on billing", True, False),
        ("There is an issue with billing", False, False),
    ],
)
def test_what_it_complains_of(text: str, slow: bool, health: bool) -> None:
    found = read(text, None)
    assert (found.slow, found.health) == (slow, health)
