"""What separates bad requests from good ones."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from aisre_nb.analysis.separation import apart, grown, separating

COUNTS = ("bad", "good", "before")


def values(*rows: tuple[str, str, int, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["key", "value", *COUNTS])
    for name in COUNTS:
        frame[f"of_{name}"] = frame.groupby("key")[name].transform("sum")
    return frame


def places(**ms: tuple[float, float]) -> pd.DataFrame:
    """``ab=(5, 50)``: from a to b, before and after."""
    rows = [
        {"caller": pair[0], "callee": pair[1], "late": late, "calls": 100, "own_ms": both[late]}
        for pair, both in ms.items()
        for late in (False, True)
    ]
    return pd.DataFrame(rows, columns=["caller", "callee", "late", "calls", "own_ms"])


def test_the_value_that_bad_requests_have_is_told_with_its_shares_and_lift() -> None:
    found = separating(
        values(
            ("sku", "7", 90, 5, 4), ("sku", "8", 10, 195, 196), ("tier", "a", 50, 100, 99), ("tier", "b", 50, 100, 101)
        )
    )
    assert [(one.key, one.value, one.bad) for one in found] == [("sku", "7", 90)]
    assert (round(found[0].of_bad, 2), round(found[0].of_good, 3), round(found[0].lift, 2)) == (0.9, 0.025, 2.84)


def test_how_it_ended_chance_and_what_says_the_same_twice_are_left_out() -> None:
    assert (
        separating(
            values(("http.response.status_code", "500", 90, 0, 0), ("http.response.status_code", "200", 0, 200, 9))
        )
        == []
    )
    assert separating(values(("pod", "a", 4, 1, 5), ("pod", "b", 2, 5, 5))) == []
    twins = values(
        ("node", "n1", 90, 5, 9), ("node", "n2", 10, 95, 9), ("zone", "z1", 90, 5, 9), ("zone", "z2", 10, 95, 9)
    )
    assert [one.key for one in separating(twins)] == ["node"]


def test_what_the_growth_consists_of_and_a_rollout_is_no_growth() -> None:
    frame = values(
        ("agent", "bot", 10, 890, 0), ("agent", "people", 10, 300, 300),
        ("k8s.pod.name", "new", 10, 890, 0), ("k8s.pod.name", "old", 10, 300, 300),
    )  # fmt: skip
    found = grown(frame)
    assert [(one.key, one.value, one.requests, one.before) for one in found] == [("agent", "bot", 900, 0.0)]


def test_two_places_that_are_far_from_each_other_now() -> None:
    still = dict.fromkeys(("aa", "bb", "cc", "ac", "ca", "bc", "cb"), (5.0, 6.0))
    found = apart(places(**still, ab=(5, 210), ba=(6, 190)))
    assert [(one.caller, one.callee) for one in found] == [("a", "b"), ("b", "a")]
    assert apart(places(**still, ab=(5, 6), ba=(6, 7))) == []
    assert apart(places(**dict.fromkeys(("aa", "ab", "ba", "bb"), (5.0, 300.0)))) == [], "all are slow"
    assert apart(places()) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), *[st.integers(0, 10**6)] * 3), max_size=12))
def test_any_counts_are_read(rows: list[Any]) -> None:
    frame = values(*{(key, value): (key, value, *rest) for key, value, *rest in rows}.values())
    for one in separating(frame):
        assert 0 <= one.of_good < one.of_bad <= 1 and one.lift > 0
    assert all(one.after > one.before for one in grown(frame))
