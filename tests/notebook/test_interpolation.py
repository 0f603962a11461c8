"""Values of the user's variables in a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.errors import UsageError
from aisre_nb.notebook.interpolation import interpolated


@given(st.text(alphabet=st.characters(blacklist_characters="{}")), st.text())
def test_a_value_stands_where_its_name_stood_and_is_not_looked_into(around: str, value: str) -> None:
    value = value[:4000]
    names = {"x": value, "y": "never"}
    assert interpolated(f"{around}{{{{ x }}}}{around}", names) == f"{around}{value}{around}"
    assert interpolated("{{x}}", {"x": "{{y}}", "y": "never"}) == "{{y}}"


@pytest.mark.parametrize(
    "text", ['{"a": {"b": 1}}', 'rate{job="x"}', "{{ a.b }}", "{{1}}", "{{}}", "{{x()}}", "{{ x!r }}"]
)
def test_other_braces_stay(text: str) -> None:
    assert interpolated(text, {"x": 1, "a": 2}) == text


def test_a_long_value_is_cut() -> None:
    assert len(interpolated("{{x}}", {"x": "y" * 10_000})) == 4000


def test_an_unknown_name_is_told_its_nearest_neighbour_but_not_the_shells_own() -> None:
    with pytest.raises(UsageError, match=r"\{\{servce\}\} is not defined → did you mean \{\{service\}\}\?"):
        interpolated("{{servce}}", {"service": 1})
    with pytest.raises(UsageError, match="define it in an earlier cell"):
        interpolated("{{opem}}", {"open": open}, {"open": open})
