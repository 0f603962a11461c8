"""Signs of all kinds put together."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.analysis.ranking.rank import rank
from aisre_nb.analysis.ranking.sign import Kind, Sign


def _sign(service: str, strength: float, kind: Kind = "log") -> Sign:
    return Sign(service, kind, strength, f"{service} {kind}")


def test_the_strongest_is_first_and_more_of_one_family_adds_nothing() -> None:
    found = rank([_sign("a", 3), _sign("a", 2.9, "structure"), _sign("b", 4), _sign("a", 1, "error")])
    assert [one.service for one in found] == ["b", "a"]
    assert found[1].score == 3 and found[1].signs[0].kind == "log"


def test_two_families_say_more_than_one() -> None:
    found = rank([_sign("a", 3), _sign("a", 3, "latency"), _sign("b", 4)])
    assert found[0].service == "a" and found[0].score == pytest.approx(math.sqrt(18))


def test_a_method_whose_scale_runs_to_thousands_does_not_silence_the_others() -> None:
    found = rank([_sign("a", 5000, "metric"), _sign("b", 12, "log"), _sign("b", 2, "latency")])
    assert found[0].service == "b"


def test_a_weak_first_is_unlikely_above_all_where_nobody_complained() -> None:
    told, untold = rank([_sign("a", 1.5)])[0], rank([_sign("a", 1.5)], reported=False)[0]
    assert untold.probability < 0.2 < told.probability
    assert rank([_sign("a", 6)])[0].probability > 0.95
    assert rank([_sign("a", 4), _sign("b", 4)])[0].probability < 0.5


def test_what_was_looked_at_and_did_not_move_speaks_against() -> None:
    found = rank([_sign("a", 6), _sign("a", 0.2, "latency")], ("latency", "steps", "metrics"))[0]
    assert found.against == (
        "neither its own time nor the way to it and from it takes longer",
        "its metrics did not move",
    )


def test_no_sign_no_candidate() -> None:
    assert rank([]) == [] and rank([_sign("", 9), _sign("a", 0), _sign("a", math.nan), _sign("b", math.inf)]) == []


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 1e9), st.sampled_from(["log", "metric", "latency"]))))
def test_probabilities_are_those_of_one_cause_and_fall_with_the_rank(signs: list[tuple[str, float, Kind]]) -> None:
    found = rank([_sign(*one) for one in signs])
    likely = [one.probability for one in found]
    assert sum(likely) <= 1 + 1e-9 and likely == sorted(likely, reverse=True)
