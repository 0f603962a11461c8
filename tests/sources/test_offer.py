"""Who is asked for what, where several sources are configured."""

from __future__ import annotations

from typing import Any

from aisre_nb.sources.offer import Offer, together


class _Named:
    def __init__(self, name: str) -> None:
        self.name = name


class _Other(_Named):
    pass


def test_each_signal_is_asked_of_the_first_that_has_it_and_the_others_are_notes() -> None:
    a, b, c = _Named("a"), _Named("b"), _Other("c")
    any_of: Any = lambda one: one  # noqa: E731
    offers = [
        Offer(any_of(a), metrics=any_of(a), changes=any_of(a), notes=("half of it",)),
        Offer(any_of(b), metrics=any_of(b), logs=any_of(b), changes=any_of(b)),
        Offer(any_of(c), metrics=any_of(c), logs=any_of(c), changes=any_of(c)),
    ]
    found = together(offers, ["d: it did not open"])
    assert (found.metrics, found.logs, found.traces, found.alerts) == (a, b, None, None)
    assert found.changes == (a, c) and list(found.all) == [a, b, c]
    assert found.notes == (
        "d: it did not open",
        "a: half of it",
        "b is not asked for metrics: a is configured before it",
        "c is not asked for metrics: a is configured before it",
        "c is not asked for logs: b is configured before it",
    )
