"""Names that every model's interface takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.tools.naming import wire_name


@pytest.mark.parametrize(
    ("name", "wire"), [("get_logs", "get_logs"), ("metoro.get_logs", "metoro__get_logs"), ("a-b.c-d", "a-b__c-d")]
)
def test_a_server_and_its_tool_stay_readable(name: str, wire: str) -> None:
    assert wire_name(name) == wire


@given(st.text(min_size=1, max_size=120))
def test_any_name_fits(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", wire_name(name)) and wire_name(name) == wire_name(name)


def test_what_is_changed_or_cut_stays_apart() -> None:
    names = ["a.b c", "a.b_c", "a.b/c", "a.b.c", "x." + "y" * 90, "x." + "y" * 91]
    assert len({wire_name(name) for name in names}) == len(names)
