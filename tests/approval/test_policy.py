"""What runs, asks or is denied, and how far a rule goes."""

from __future__ import annotations

import pytest

from aisre_nb.approval.policy import Policy
from aisre_nb.approval.rule import Rule, Wanted
from aisre_nb.errors import ConfigurationError

RESTART = Wanted("restart_deployment", "change", ("service:cart",))


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("name", "read", "change"),
    [("read", "run", "ask"), ("ask", "ask", "ask"), ("all", "run", "run"), ("none", "run", "deny")],
)
def test_each_policy_rules_by_the_effect(name: str, read: str, change: str) -> None:
    policy = Policy.parse(f" {name.upper()} ")
    assert [policy.ruling(Wanted("any", effect))[0] for effect in ("read", "change")] == [read, change]
    assert policy.describe().startswith(f"{name}: ")


def test_what_no_rule_knows_is_denied() -> None:
    assert Policy.parse("all").ruling(Wanted("any", "destroy")) == ("deny", None)


@pytest.mark.parametrize("text", ["yes", "", ";", "read; yes", "run"])
def test_another_word_is_refused_with_the_words_there_are(text: str) -> None:
    with pytest.raises(ConfigurationError, match="is not a policy → one of read, ask, all, none, or a rule: run "):
        Policy.parse(text)


def test_two_names_are_one_too_many() -> None:
    with pytest.raises(ConfigurationError, match="read and none are two policies"):
        Policy.parse("read; none")


def test_a_rule_comes_before_the_name_and_the_first_that_covers_decides() -> None:
    policy = Policy.parse("none; deny restart_deployment on service:cart; run restart_deployment on service:*")
    assert policy.ruling(RESTART)[0] == "deny"
    assert policy.ruling(Wanted("restart_deployment", "change", ("service:user",)))[0] == "run"
    assert policy.ruling(Wanted("scale_deployment", "change", ("service:user",)))[0] == "deny"
    assert Policy.parse(policy.words()).words() == policy.words()


def test_a_rule_ends_with_its_times_and_its_span() -> None:
    clock = Clock()
    policy = Policy(
        "read", [Rule.parse("run restart_deployment on service:cart twice".replace("twice", "2 times"))], clock
    )
    for _ in range(2):
        ruling, standing = policy.ruling(RESTART)
        assert ruling == "run" and standing is not None
        standing.used += 1
    assert policy.ruling(RESTART) == ("ask", None)
    granted = policy.grant(Rule.parse("run restart_deployment on service:cart for 10m"), "ada")
    assert policy.ruling(RESTART) == ("run", granted)
    clock.now += 599
    assert policy.ruling(RESTART)[0] == "run"
    clock.now += 1
    assert policy.ruling(RESTART)[0] == "ask"
    assert [row[1:] for row in policy.rows()[:2]] == [("ada", "0", "over"), ("settings", "2", "0 of 2 times")]
    assert "for 10m" not in policy.words(), "what was granted meanwhile is not a setting"
