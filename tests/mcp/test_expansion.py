"""Variables in what a configuration says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.errors import ConfigurationError
from aisre_nb.mcp.expansion import expanded, names

ENVIRON = {"HOST": "example.org", "EMPTY": "", "ODD": "a}b$c"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://${HOST}/mcp", "https://example.org/mcp"),
        ("${NONE:-8080}", "8080"),
        ("${NONE:-}", ""),
        ("${EMPTY:-other}", "other"),
        ("${EMPTY}", ""),
        ("$HOST and {HOST} stay", "$HOST and {HOST} stay"),
        ("${ODD}${HOST}", "a}b$cexample.org"),
    ],
)
def test_a_variable_is_its_value_or_its_default(text: str, wanted: str) -> None:
    assert expanded(text, ENVIRON) == wanted


def test_one_that_is_not_set_is_named_and_what_came_from_outside_is_collected() -> None:
    with pytest.raises(ConfigurationError, match=r"NONE is not set → export it .*\$\{NONE:-\}"):
        expanded("${NONE}", ENVIRON)
    values: set[str] = set()
    expanded("${HOST} ${NONE:-x} ${API_TOKEN} ${GH_PAT}", {**ENVIRON, "API_TOKEN": "t", "GH_PAT": "p"}, values)
    assert values == {"t", "p"}
    assert names("${HOST}-${NONE:-x}") == ["HOST", "NONE"]


@settings(max_examples=40)
@given(st.text())
def test_a_value_is_never_expanded_again(value: str) -> None:
    assert expanded("${A}", {"A": value, "B": "secret"}) == value
