"""Errors: one tree, each message one line."""

from __future__ import annotations

import inspect
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb import errors
from aisre_nb.errors import AisreError

ALL = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, Exception)]


@pytest.mark.parametrize("cls", ALL)
def test_every_error_is_in_the_tree_as_it_is_drawn(cls: type[Exception]) -> None:
    assert issubclass(cls, AisreError)
    assert errors.__doc__ is not None
    drawn = re.findall(r"^([^A-Za-z\n]*)([A-Z]\w+)", errors.__doc__.split("\n\n")[1], re.MULTILINE)
    names = [name for _, name in drawn]
    assert sorted(names) == sorted(cls.__name__ for cls in ALL)
    depth = {name: len(lead) for lead, name in drawn}
    above = names[: names.index(cls.__name__)][::-1]
    parent = next((name for name in above if depth[name] < depth[cls.__name__]), None)
    assert parent in (None, cls.__mro__[1].__name__)


def test_a_message_says_what_to_do_next() -> None:
    error = AisreError("no such\n  folder: x", "name another one")
    assert str(error) == "no such folder: x → name another one"
    assert str(AisreError("no such folder")) == "no such folder"


@given(st.text(), st.text(st.characters(exclude_categories=["Cc", "Zl", "Zp"])))
def test_a_message_is_one_line_in_a_cell(message: str, next_step: str) -> None:
    lines = AisreError(message, next_step)._render_traceback_()
    assert len(lines) == 1 and "\n" not in lines[0] and lines[0].startswith("AisreError: ")
