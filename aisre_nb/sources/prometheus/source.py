"""``type = "prometheus"``: metrics, PromQL, rules and the history of alerts, from what speaks Prometheus' HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from aisre_nb.errors import AisreError, SignalMissing
from aisre_nb.sources import links
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.http.access import HttpOptions
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.link_template import filled, times
from aisre_nb.sources.offer import Offer
from aisre_nb.sources.prometheus import by_query
from aisre_nb.sources.prometheus.api import Asking
from aisre_nb.sources.prometheus.asked import Asked
from aisre_nb.sources.prometheus.catalog import Catalogs
from aisre_nb.sources.prometheus.every import all_series
from aisre_nb.sources.prometheus.golden import golden_signals
from aisre_nb.sources.prometheus.history import fired
from aisre_nb.sources.prometheus.names import metric_names
from aisre_nb.sources.prometheus.services import call_graph, service_list
from aisre_nb.sources.prometheus.single import one_metric
from aisre_nb.times import Window

if TYPE_CHECKING:
    import pandas as pd

    from aisre_nb.sources.kinds import Place


class PrometheusOptions(HttpOptions):
    """What ``[sources.NAME]`` may hold beside what every source over HTTP takes."""

    service_label: str | None = None
    """The label that names a service; None: the first usual one that metrics of requests have."""
    datasource: str = ""
    """The UID of Grafana's data source of it: then ``link`` is Grafana's address, and leads to Explore."""


OPTIONS = PrometheusOptions


def make(name: str, options: PrometheusOptions, place: Place) -> Offer:
    """Asks nothing yet. Raises `ConfigurationError` where a secret is not there."""
    access = options.access(name, place.base, place.environ)
    source = Prometheus(HttpClient(access), options.service_label, options.link, options.datasource)
    notes = () if options.verify else ("its certificate is not looked at: verify = false",)
    return Offer(source, metrics=source, promql=source, history=source, notes=notes)


class Prometheus:
    """Speaks `MetricSource`, `PromqlSource`, `AlertHistory` and `Source`."""

    def __init__(
        self, http: HttpClient, service_label: str | None = None, link: str = "", datasource: str = ""
    ) -> None:
        self.name = http.access.name
        self._http = http
        self._link = link
        self._datasource = datasource
        self._catalogs = Catalogs(service_label)

    async def services(self, window: Window) -> Answer:
        """See `MetricSource.services`."""
        return await self._ask(service_list, window)

    async def calls(self, window: Window) -> Answer:
        """See `MetricSource.calls`: from the metrics of service graphs, or of Istio."""
        return await self._ask(call_graph, window)

    async def golden_signals(self, service: str, window: Window, step_seconds: int) -> Answer:
        """See `MetricSource.golden_signals`; the frame's ``attrs["step_seconds"]`` is the step that was used."""
        return await self._ask(lambda asked: golden_signals(asked, service, step_seconds), window, service)

    async def metric(self, name: str, service: str | None, window: Window, step_seconds: int) -> Answer:
        """See `MetricSource.metric`; a name as OpenTelemetry has it is found under the one that it has here."""
        return await self._ask(lambda asked: one_metric(asked, name, service, step_seconds), window, service)

    async def all_series(self, window: Window, step_seconds: int) -> Answer:
        """See `MetricSource.all_series`."""
        return await self._ask(lambda asked: all_series(asked, step_seconds), window)

    async def metric_names(self, service: str | None) -> Answer:
        """See `MetricSource.metric_names`; ``points`` is null: counting them would read them all."""
        asking = Asking(self._http)
        frame = await metric_names(asking, await self._catalogs.of(asking, None), service)
        return self._answer(asking, frame, None)

    async def check(self, query: str) -> str:
        """See `PromqlSource.check`."""
        return await by_query.check(Asking(self._http), query)

    async def query(self, query: str, window: Window, step_seconds: int) -> Answer:
        """See `PromqlSource.query`."""
        return await self._ask(lambda asked: by_query.over_time(asked, query, step_seconds), window)

    async def query_at(self, query: str, at: datetime) -> Answer:
        """See `PromqlSource.query_at`."""
        asking = Asking(self._http)
        return self._answer(asking, await by_query.at_once(asking, query, at), None)

    async def exemplars(self, query: str, window: Window) -> Answer:
        """See `PromqlSource.exemplars`."""
        return await self._ask(lambda asked: by_query.exemplars(asked, query), window)

    async def rules(self) -> Answer:
        """See `PromqlSource.rules`."""
        asking = Asking(self._http)
        asking.queries.append("GET /api/v1/rules")
        return self._answer(asking, await by_query.rules(asking), None)

    async def labels(self, metric: str, window: Window) -> Answer:
        """See `PromqlSource.labels`."""
        return await self._ask(lambda asked: by_query.labels(asked, metric), window)

    async def alert_history(self, window: Window) -> Answer:
        """See `AlertHistory.alert_history`."""
        asking = Asking(self._http)
        return self._answer(asking, await fired(asking, window), window)

    async def health(self) -> Health:
        """What it is, what it holds just now, and how services are told apart in it."""
        asking = Asking(self._http)
        try:
            version, catalog = await asyncio.gather(_version(asking), self._catalogs.of(asking, None))
        except SignalMissing:
            return Health(False, "it answers and holds no metric → is it the right tenant, and is it scraped into?")
        values = await asking.listed(f"/api/v1/label/{catalog.service}/values")
        told = f"{version}{len(catalog.names)} metrics, {len(values)} services by the label {catalog.service}"
        return Health(True, told, ("metrics", "alert history"))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.close()

    async def _ask(
        self, work: Callable[[Asked], Awaitable[pd.DataFrame]], window: Window, service: str | None = None
    ) -> Answer:
        asking = Asking(self._http)
        asked = Asked(asking, await self._catalogs.of(asking, window), window)
        return self._answer(asking, await work(asked), window, service)

    def _answer(self, asking: Asking, frame: pd.DataFrame, window: Window | None, service: str | None = None) -> Answer:
        query = "\n\n".join(asking.queries)
        return Answer(frame, query, self.name, frame.attrs.pop("total", None), tuple(asking.notes),
                      self._page(asking.queries, query, window, service))  # fmt: skip

    def _page(self, queries: list[str], query: str, window: Window | None, service: str | None) -> str | None:
        if self._link and not (self._datasource and "{" not in self._link):
            return filled(self._link, {"query": query, "service": service, **times(window)})
        first = next((one for one in queries if not one.startswith("GET ")), None)
        if first is None or window is None:
            return None
        if self._link:
            return links.grafana(self._link, "prometheus", self._datasource, first, window)
        return links.prometheus(self._http.access.url, first, window)


async def _version(asking: Asking) -> str:
    """``"version 3.5.3; "``; empty where what speaks the API has none to tell."""
    try:
        built = await asking.data("/api/v1/status/buildinfo")
    except AisreError:
        return ""
    told = str(built.get("version", "")) if isinstance(built, dict) else ""
    return f"version {told}; " if told else ""
