"""The rules, one by one."""

from __future__ import annotations

import pytest

from aisre_nb.approval.policy import Policy
from aisre_nb.errors import ConfigurationError


@pytest.mark.parametrize(
    ("name", "read", "change"),
    [("read", "run", "ask"), ("ask", "ask", "ask"), ("all", "run", "run"), ("none", "run", "deny")],
)
def test_each_policy_rules_by_the_effect(name: str, read: str, change: str) -> None:
    policy = Policy.parse(f" {name.upper()} ")
    assert (policy.verdict("any", "read"), policy.verdict("any", "change")) == (read, change)
    assert policy.describe().startswith(f"{name}: ")


def test_what_no_rule_knows_is_denied() -> None:
    assert Policy.parse("all").verdict("any", "destroy") == "deny"  # type: ignore[arg-type]


def test_another_word_is_refused_with_the_words_there_are() -> None:
    with pytest.raises(ConfigurationError, match="'yes' is not a policy → one of read, ask, all, none"):
        Policy.parse("yes")
