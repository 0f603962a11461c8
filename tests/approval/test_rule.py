"""Rules in words: what is read is what is meant, and nothing wider."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.approval.rule import Rule, Wanted
from aisre_nb.errors import AisreError

CALL = Wanted("create_pull_request", "change", ("repository:shop",), 12)


def test_a_rule_in_words() -> None:
    rule = Rule.parse("run create_pull_request on repository:shop, 2 times, for 1h30m, up to 40 lines")
    assert rule == Rule("run", "create_pull_request", "", ("repository:shop",), 2, 5400.0, 40)
    assert rule.words() == "run create_pull_request on repository:shop 2 times for 90m up to 40 lines"
    assert rule.covers(CALL) and rule.is_bounded


@pytest.mark.parametrize(
    "text, covers",
    [
        ("run create_pull_request", True),
        ("run create_pull_reques", False),
        ("run changes", True),
        ("run reads", False),
        ("run everything", True),
        ("run changes on repository:shop", True),
        ("run changes on repository:*", True),
        ("run changes on repository:sho", False),
        ("run changes on service:*", False),
        ("run changes on service:cart repository:shop", True),
        ("run changes on service:cart and repository:shop", True),
        ("run changes up to 12 lines", True),
        ("run changes up to 11 lines", False),
    ],
)
def test_what_a_rule_covers(text: str, covers: bool) -> None:
    assert Rule.parse(text).covers(CALL) is covers


def test_a_rule_with_a_scope_covers_nothing_that_says_not_what_it_touches() -> None:
    assert not Rule.parse("run changes on repository:*").covers(Wanted("anything", "change"))
    both = Wanted("t", "change", ("repository:shop", "service:cart"))
    assert not Rule.parse("run changes on repository:shop").covers(both)


@pytest.mark.parametrize(
    "text",
    [
        "", "run", "allow x", "run x on", "run x on cart", "run x on service:", "run x 0 times", "run x -1 times",
        "run x for", "run x for ever", "run x up to", "run x up to many lines", "run x service:cart", "run x y",
        "run ../x", "run x on service:cart on service:user", "run 'x", "run x on 'service:a b",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(AisreError) as caught:
        Rule.parse(text)
    assert "\n" not in str(caught.value) and "→" in str(caught.value)


@pytest.mark.parametrize(
    "text, bounded",
    [
        ("run reads", True),
        ("ask everything", True),
        ("deny changes", True),
        ("run changes", False),
        ("run everything on service:cart once", False),
        ("run restart_deployment once", False),
        ("run restart_deployment on service:cart", False),
        ("run restart_deployment on service:cart up to 9 lines", False),
        ("run restart_deployment on service:cart once", True),
        ("run restart_deployment on service:cart for 10m", True),
    ],
)
def test_a_rule_that_lets_changes_run_is_bounded_by_tool_scope_and_number_or_time(text: str, bounded: bool) -> None:
    assert Rule.parse(text).is_bounded is bounded


NAMES = st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True).filter(
    lambda n: n not in ("reads", "changes", "everything")
)
SCOPES = st.builds(
    lambda kind, name: f"{kind}:{name}",
    st.sampled_from(["service", "repository", "incident", "alert"]),
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=12).filter(
        lambda n: n == n.strip() and n.split() == [n.strip()] and not n.endswith(",")
    ),
)
RULES = st.builds(
    Rule,
    st.sampled_from(["run", "ask", "deny"]),
    st.one_of(st.just(""), NAMES),
    st.just(""),
    st.lists(SCOPES, max_size=3, unique=True).map(tuple),
    st.one_of(st.none(), st.integers(1, 1000)),
    st.one_of(st.none(), st.integers(1, 59).map(float), st.integers(1, 1000).map(lambda n: n * 60.0)),
    st.one_of(st.none(), st.integers(0, 10_000)),
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(RULES)
def test_a_rule_s_words_are_the_rule(rule: Rule) -> None:
    assert Rule.parse(rule.words()) == rule


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=80))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        Rule.parse(f"run x {text}")
    except AisreError as error:
        assert "\n" not in str(error)
