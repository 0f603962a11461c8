"""Which change fits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from aisre_nb.analysis.change_ranking import Changed, Trouble, fits, is_effect

ONSET = datetime(2026, 1, 5, 10, tzinfo=UTC)
CALLS = [("web", "orders"), ("orders", "store"), ("web", "mail")]


def at(minutes: float) -> datetime:
    return ONSET + timedelta(minutes=minutes)


def changed(minutes: float, service: str, kind: str = "config", title: str = "Set X") -> Changed:
    return Changed(at(minutes), kind, service, title)


def trouble(**more: object) -> Trouble:
    given = {"service": "orders", "latest": ONSET, "hurt": {"orders": ONSET}, "moved": {}}
    return Trouble(**{**given, **more})  # type: ignore[arg-type]


def test_the_ill_service_then_what_it_calls_then_what_is_outside_then_its_callers() -> None:
    changes = [changed(-1, name) for name in ("mail", "web", "node-4", "store", "orders")]
    found = fits(changes, trouble(), CALLS)
    assert [f.place for f in found] == ["itself", "called", "outside", "caller", "elsewhere"]
    assert [changes[f.nth].service for f in found] == ["orders", "store", "node-4", "web", "mail"]


def test_what_came_after_the_onset_does_not_fit_and_what_came_long_before_hardly() -> None:
    found = fits([changed(1, "orders"), changed(-1, "orders"), changed(-60, "orders")], trouble(), CALLS)
    assert [f.nth for f in found] == [1, 2]
    assert found[1].score < 0.01 < 0.9 < found[0].score


def test_a_series_that_moved_with_the_change_counts_for_it_though_the_harm_came_later() -> None:
    slow = changed(-10, "mail")
    without = fits([slow], trouble(), CALLS)[0]
    with_it = fits([slow], trouble(moved={"mail": [at(-9)]}), CALLS)[0]
    assert with_it.place == "moved" and with_it.score > 3 * without.score


def test_a_service_that_fell_ill_first_is_judged_by_its_own_beginning() -> None:
    hurt = {"orders": ONSET, "store": at(-14)}
    found = fits([changed(-15, "store"), changed(-13, "store")], trouble(hurt=hurt), CALLS)
    assert found[0].nth == 0 and found[0].gap == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("title", "effect"),
    [
        ("Back-off restarting failed container", True),
        ("A readiness probe got no answer within 1 s", True),
        ("Marking for deletion Pod a/b", True),
        ("Container x was OOM killed", True),
        ("Node n-3 does not answer", False),
        ("Volume data-0: burst balance is 0 %", False),
    ],
)
def test_what_befalls_a_pod_is_an_effect(title: str, effect: bool) -> None:
    assert is_effect("k8s_event", title) is effect
    assert not is_effect("config", title)
    assert len(fits([changed(-1, "orders", "k8s_event", title)], trouble(), CALLS)) == (not effect)


def test_a_called_service_that_is_well_did_no_harm() -> None:
    found = fits([changed(-1, "store")], trouble(well=frozenset({"store"})), CALLS)
    assert found[0].place == "elsewhere" and found[0].score < 0.2


def test_an_empty_graph_a_cycle_and_no_change_do_no_harm() -> None:
    assert fits([], trouble(), CALLS) == []
    assert fits([changed(-1, "orders")], trouble(), [])[0].place == "itself"
    assert fits([changed(-1, "b")], trouble(service="a", hurt={}), [("a", "b"), ("b", "a")])[0].place == "called"


def test_the_autoscaler_comes_last_of_what_the_ill_service_went_through() -> None:
    found = fits([changed(-1, "orders", "scale"), changed(-1, "orders", "flag")], trouble(), CALLS)
    assert [f.nth for f in found] == [1, 0]


def test_a_setting_that_keeps_trouble_going_counts_more_than_what_set_it_off() -> None:
    again, event = changed(-15, "web", title="Set RETRIES"), changed(-1, "store", "k8s_event", "Volume is slow")
    without = fits([again, event], trouble(), CALLS)
    assert without[0].nth == 1
    found = fits([again, event], trouble(amplifying=frozenset({("web", "Set RETRIES")})), CALLS)
    assert found[0].nth == 0 and found[0].score >= 2 * found[1].score
    long_ago = fits(
        [changed(-90, "web", title="Set RETRIES")], trouble(amplifying=frozenset({("web", "Set RETRIES")})), CALLS
    )
    assert long_ago[0].score < 0.01


def test_a_change_after_which_its_own_service_moved_first_counts_double() -> None:
    pair = [changed(-2, "store"), changed(-1.5, "orders")]
    even, first = fits(pair, trouble(), CALLS), fits(pair, trouble(first=("store", at(-1.8))), CALLS)
    assert even[0].nth == 1 and first[0].nth == 0


def test_a_caller_that_fails_only_as_it_waits_is_no_better_a_candidate_for_it() -> None:
    passing = fits([changed(-1, "web")], trouble(hurt={"orders": ONSET, "web": at(1)}), CALLS)[0]
    before = fits([changed(-5, "web")], trouble(hurt={"orders": ONSET, "web": at(-4)}), CALLS)[0]
    assert (passing.place, before.place) == ("caller", "moved")


def test_what_stands_between_two_that_suffer_is_not_cleared_by_being_well() -> None:
    well, hurt = frozenset({"orders"}), {"web": ONSET, "store": ONSET}
    between = fits([changed(-1, "orders")], trouble(service="store", hurt=hurt, well=well), CALLS)[0]
    assert between.place == "caller"
    assert fits([changed(-1, "mail")], trouble(hurt=hurt, well=frozenset({"mail"})), CALLS)[0].place == "elsewhere"
