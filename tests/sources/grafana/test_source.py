"""One address for metrics, alerts and dashboards: through Grafana's proxy, in front of a real Prometheus."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from aisre_nb.errors import SourceUnreachable
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.evidence.shelf import Shelf
from aisre_nb.sources.kinds import from_environment
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.sources import Sources
from aisre_nb.times import Window
from aisre_nb.tools.registry import Registry, tools_for
from aisre_nb.tools.tool import ToolContext
from tests.sources.grafana.conftest import START, TOKEN
from tests.sources.grafana.grafana_server import Grafana
from tests.sources.over_http.faulty import Faulty

WINDOW = Window(datetime.fromtimestamp(START, UTC), datetime.fromtimestamp(START + 1800, UTC))
Open = Callable[..., Sources]


@pytest.fixture
async def door(served: Grafana, tmp_path: Path) -> Any:
    opened: list[Sources] = []

    def made(more: dict[str, dict[str, Any]] | None = None, **options: Any) -> Sources:
        spec = {"type": "grafana", "url": served.url, "token_env": "HOUSE_TOKEN", **options}
        opened.append(open_sources({"house": spec, **(more or {})}, tmp_path, {"HOUSE_TOKEN": TOKEN}))
        return opened[-1]

    yield made
    for found in opened:
        for source in found.all:
            await source.close()


async def test_the_default_prometheus_answers_through_the_proxy_as_it_does_itself(
    door: Open, served: Grafana, plain: str, tmp_path: Path
) -> None:
    through, direct = door(), open_sources({"prom": {"type": "prometheus", "url": plain}}, tmp_path, {})
    assert through.metrics is not None and direct.metrics is not None
    served.seen.clear()
    here, there = [await one.metrics.golden_signals("cart", WINDOW, 60) for one in (through, direct) if one.metrics]
    # They are asked side by side, in any order.
    assert here.frame.equals(there.frame) and not here.frame.empty
    assert sorted(here.query.split("\n\n")) == sorted(there.query.split("\n\n"))
    assert here.source == "house/Mimir"
    assert all(path.startswith("/grafana/api/datasources/proxy/uid/mimir-1/api/v1/") for _, path, _ in served.seen)
    assert 'of type prometheus Mimir is asked, not Old → data_sources = {prometheus = "NAME"}' in through.notes[0]
    assert TOKEN not in f"{through!r}{here!r}{through.all!r}"
    page = urlsplit(here.link or "")
    assert here.link is not None and here.link.startswith(f"{served.url}/explore?schemaVersion=1&panes=")
    pane = json.loads(parse_qs(page.query)["panes"][0])["a"]
    assert pane["datasource"] == "mimir-1" and pane["queries"][0]["expr"] == here.query.split("\n\n")[0]
    assert pane["range"] == {"from": f"{START}000", "to": f"{START + 1800}000"}
    for source in direct.all:
        await source.close()


async def test_a_query_too_long_for_an_address_is_posted(door: Open) -> None:
    promql = door().promql
    assert promql is not None
    found = await promql.query_at(" + ".join(["count(up) * 0"] * 300) + " or vector(7)", WINDOW.end)
    assert found.frame["value"].tolist() == [7]


async def test_a_viewer_s_token_is_enough(door: Open, served: Grafana) -> None:
    served.may_list = False
    try:
        found = door()
    finally:
        served.may_list = True
    assert found.metrics is not None
    answer = await found.metrics.golden_signals("cart", WINDOW, 60)
    assert answer.source == "house/Mimir" and len(answer.frame)


async def test_grafanas_own_alerts_where_no_alertmanager_is_behind_it(door: Open, served: Grafana) -> None:
    found = door()
    assert found.alerts is not None
    answer = await found.alerts.alerts(datetime(2026, 5, 28, 21, tzinfo=UTC))
    assert answer.frame["alert"].tolist() == ["HighErrorRate"] and answer.frame["service"].tolist() == ["cart"]
    assert any(path == "/grafana/api/alertmanager/grafana/api/v2/alerts" for _, path, _ in served.seen)


async def test_a_panels_query_is_ready_to_be_asked(door: Open, ran: Callable[..., Awaitable[Any]]) -> None:
    sources = door()
    found = await ran(sources, "search_dashboards", query="cart service")
    rate, errors = found.df.to_dict("records")
    assert (rate["dashboard"], rate["panel"], rate["source"]) == ("Cart service", "Request rate", "Mimir")
    assert rate["query"] == 'sum(rate(http_requests_total{job=~"shop/cart",code=~".*"}[5m]))'
    assert "$__rate_interval" in rate["written"] and rate["link"].endswith("/grafana/d/cart?viewPanel=5")
    # Of a data source that is not there only the query is known.
    assert (errors["query"], errors["source"], errors["type"]) == ('{app="cart"} |= "error"', "", "")
    since, until = WINDOW.start.isoformat(), WINDOW.end.isoformat()
    asked = await ran(sources, "query_promql", query=rate["query"], since=since, until=until)
    assert asked.df["value"].max() == pytest.approx(20.0) and asked.source == "house/Mimir"
    other = await ran(sources, "search_dashboards", query="cart", variables={"job": "shop/pay"})
    assert 'job=~"shop/pay"' in other.df["query"][0]
    none = await ran(sources, "search_dashboards", query="nothing of the kind")
    assert none.summary == "no dashboard matches" and none.df.empty


@pytest.fixture
def ran() -> Callable[..., Awaitable[Any]]:
    """A tool as the agent calls it, kept."""

    async def made(sources: Sources, name: str, **arguments: Any) -> Any:
        registry = Registry()
        for tool in tools_for(sources):
            registry.add(tool)
        tool = registry.get(name)
        context = ToolContext(sources, WINDOW.end, {})
        result = await tool.handler(context, registry.validate(name, arguments))
        return Shelf().add(result, name, arguments, Redactor(), WINDOW.end)

    return made


async def test_a_data_source_by_its_name_and_one_that_there_is_not(door: Open) -> None:
    assert getattr(door(data_sources={"prometheus": "Old"}).metrics, "name", "") == "house/Old"
    assert getattr(door(data_sources={"prometheus": "old-1"}).metrics, "name", "") == "house/Old"
    with pytest.raises(SourceUnreachable, match="no prometheus data source 'New' → there are Old, Mimir"):
        door(data_sources={"prometheus": "New"})


async def test_a_source_that_is_configured_itself_goes_before(door: Open, plain: str) -> None:
    found = door({"prom": {"type": "prometheus", "url": plain}})
    assert getattr(found.metrics, "name", "") == "prom"
    assert "house/Mimir is not asked for metrics, promql, history: prom is configured before it" in found.notes
    assert found.dashboards is not None


async def test_it_says_who_is_asked_through_it(door: Open) -> None:
    health = [await source.health() for source in door().all]
    assert health[0].ok and health[0].detail == (
        "version 11.2.0; through it: Mimir, alerts; nothing here asks its grafana-postgresql-datasource"
    )
    assert health[1].ok and "metrics" in health[1].detail


def test_the_token_of_its_own_tools_goes_to_their_address_alone(served: Grafana, tmp_path: Path) -> None:
    environ = {"GRAFANA_URL": f"{served.url}/", "GRAFANA_TOKEN": TOKEN}
    assert from_environment(environ) == {"grafana": {"type": "grafana", "url": f"{served.url}/"}}
    assert open_sources(from_environment(environ), tmp_path, environ).metrics is not None
    with pytest.raises(SourceUnreachable, match=r"does not know who asks \(401\): Invalid API key"):
        open_sources(from_environment(environ), tmp_path, {"GRAFANA_TOKEN": TOKEN})


async def test_one_that_does_not_answer_is_told_and_the_rest_goes_on(
    faulty: Faulty, plain: str, tmp_path: Path
) -> None:
    rest = {"prom": {"type": "prometheus", "url": plain}}
    for end, why in {
        "page": "a web page, as a login page is", "truncated": "JSON that cannot be read", "403": "refuses what was",
        "away": "no credentials are taken", "500": "failed (500)",
    }.items():  # fmt: skip
        faulty.fails = end
        broken = {"type": "grafana", "url": f"{faulty.url}/x"}
        found = open_sources({"house": broken, **rest}, tmp_path, {})
        assert getattr(found.metrics, "name", "") == "prom" and why in found.broken[0], end
