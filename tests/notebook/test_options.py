"""What may stand behind ``%%sre``."""

from __future__ import annotations

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.notebook.completion import _OPTIONS
from aisre_nb.notebook.options import Options, parse, parser


def test_nothing_leaves_everything_to_the_settings() -> None:
    assert parse("") == Options()
    assert set(parse("").settings.values()) == {None}


def test_each_option_is_read() -> None:
    found = parse("--model claude --approve none --max-steps 3 --max-usd 0.5 --since '2 days' --out x --then builtin")
    assert found == Options("claude", "none", 3, 0.5, "2 days", "x", "builtin")


def test_a_policy_and_rules_beside_it_are_one_text() -> None:
    found = parse("--approve read --approve 'run restart_deployment on service:cart once'")
    assert found.approve == "read; run restart_deployment on service:cart once"


@pytest.mark.parametrize(
    "line",
    ["--mod claude", "--approve yes", "--approve 'run x on y'", "--max-usd much", "--out a-b", "extra", "--since"],
)
def test_a_wrong_one_is_one_line(line: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(line)
    assert "\n" not in str(error.value) and "→" in str(error.value)


def test_what_is_completed_is_what_there_is() -> None:
    there = {option for action in parser()._actions for option in action.option_strings}
    # `%sre undo E9`, `%sre verify` and `%sre postmortem --propose` come by options that nobody types.
    untyped = {"--undo", "--fork", "--verify", "--sources", "--propose-postmortem"}
    assert there == {*_OPTIONS, *untyped} and not any(option in parser().format_help() for option in untyped)
