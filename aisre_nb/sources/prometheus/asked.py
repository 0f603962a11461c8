"""What all questions to Prometheus share: what there is in the window, and how often it is scraped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aisre_nb.errors import SignalMissing
from aisre_nb.sources.prometheus.api import Asking
from aisre_nb.sources.prometheus.catalog import Catalog
from aisre_nb.sources.prometheus.selector import Matcher, selector
from aisre_nb.sources.prometheus.served import Served, failing
from aisre_nb.times import Window

_USUAL = (1, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""Seconds between scrapes that somebody sets."""
_LOOKED = (600.0, 21600.0)
"""Seconds of samples that are counted to find it: few, for pods come and go; more where that holds too few."""


@dataclass
class Asked:
    """One call: what it asks with, and of what."""

    asking: Asking
    catalog: Catalog
    window: Window

    async def interval(self, name: str, matchers: tuple[Matcher, ...] = ()) -> float:
        """Seconds between two samples of a metric; 60 where it has none."""
        for seconds in _LOOKED:
            query = f"max(count_over_time({selector(name, matchers)}[{seconds:.0f}s]))"
            found = await self.asking.aside(query, self.window.end)
            number = found[0].values[0] if found else 0.0
            if number >= 2:
                return float(min(_USUAL, key=lambda usual: abs(usual - seconds / number) / usual))
        return 60.0

    async def names(self, *matchers: Matcher) -> frozenset[str]:
        """The names of metrics that have such series in the window."""
        path = "/api/v1/label/__name__/values"
        return self.catalog.names & set(await self.asking.listed(path, [selector("", matchers)], self.window))

    async def failing(self, one: Served, matchers: tuple[Matcher, ...] = ()) -> tuple[tuple[Matcher, ...], ...]:
        """Matchers of failed requests; a note where nothing tells them."""
        if one.failed:
            return one.failed
        match = selector(one.count, (*one.only, *matchers))
        found = failing(one, await self.asking.listed("/api/v1/labels", [match], self.window))
        if not found:
            self.asking.notes.append(f"{one.count} has no label with a status: failed requests are not known")
        return found

    def of(self, one: Served, service: str) -> tuple[Matcher, ...]:
        """Matchers of a service's requests."""
        return (*one.only, self.catalog.matcher(service, one.service))

    def nothing(self, service: str) -> SignalMissing:
        """For a service of which nothing is known."""
        times = " to ".join(self.window.as_json().values())
        return SignalMissing(
            f"no metric has {self.catalog.service}={service!r} in {times}", "look at get_services for names"
        )


def either(
    function: Literal["rate", "increase"],
    count: str,
    matchers: tuple[Matcher, ...],
    failed: tuple[tuple[Matcher, ...], ...],
    span: int,
) -> str:
    """The rates of series that count failed requests, or how much they grew, whichever way they tell it."""
    return " or ".join(f"{function}({selector(count, (*matchers, *more))}[{span}s])" for more in failed)
