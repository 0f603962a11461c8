"""Logs and traces behind Grafana's proxy: the same answers as from the backends themselves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from aisre_nb.errors import ToolError
from aisre_nb.sources.open import open_sources
from aisre_nb.sources.sources import Sources
from aisre_nb.times import Window
from tests.sources.grafana.conftest import TOKEN, listed
from tests.sources.grafana.grafana_server import Grafana

from .conftest import Opened, World
from .jaeger_server import JaegerServer
from .loki_server import LokiServer
from .tempo_server import TempoServer

ES = {"timeField": "@timestamp", "logMessageField": "message", "logLevelField": "log.level", "index": "logs-ecs"}


@asynccontextmanager
async def _grafana(kind: str, url: str, folder: Path, **more: Any) -> AsyncIterator[tuple[Grafana, Sources]]:
    served = Grafana(TOKEN, [listed("one-1", kind, "One", url, **more)])
    spec = {"type": "grafana", "url": served.url, "token_env": "HOUSE_TOKEN"}
    found = open_sources({"house": spec}, folder, {"HOUSE_TOKEN": TOKEN})
    try:
        yield served, found
    finally:
        for source in found.all:
            await source.close()
        served.close()


@pytest.fixture
def few(world: World) -> Window:
    return Window(world.onset, world.onset + timedelta(minutes=1))


@pytest.mark.parametrize(("kind", "made"), [("tempo", TempoServer), ("jaeger", JaegerServer)])
async def test_traces(kind: str, made: Any, world: World, few: Window, opened: Opened, tmp_path: Path) -> None:
    server = made(world.spans)
    async with _grafana(kind, server.url, tmp_path) as (grafana, sources):
        assert sources.traces is not None
        here = await sources.traces.traces("cart", few, limit=20)
        there = await opened(kind, server.url).traces("cart", few, limit=20)
        pd.testing.assert_frame_equal(here.frame, there.frame)
        one = await sources.traces.trace(here.frame["trace_id"][0])
        assert len(here.frame) > 2 and len(one.frame) > 1 and here.source == "house/One"
        assert here.link is not None and here.link.startswith(f"{grafana.url}/explore?") and "one-1" in here.link
        assert all(path.startswith("/grafana/api/") for _, path, _ in grafana.seen)
    server.close()


async def test_loki(loki: LokiServer, few: Window, opened: Opened, tmp_path: Path) -> None:
    async with _grafana("loki", loki.url, tmp_path) as (_, sources):
        assert sources.logs is not None
        here = await sources.logs.logs("cart", few, severity="error")
        there = await opened("loki", loki.url).logs("cart", few, severity="error")
        pd.testing.assert_frame_equal(here.frame, there.frame)
        assert len(here.frame) and here.link is not None
        pane = json.loads(parse_qs(urlsplit(here.link).query)["panes"][0])["a"]
        assert pane["datasource"] == "one-1" and pane["queries"][0]["expr"].startswith('{service_name="cart"}')


async def test_elasticsearch_is_searched_as_its_proxy_allows(
    osmem: str, few: Window, opened: Opened, tmp_path: Path
) -> None:
    async with _grafana("elasticsearch", osmem, tmp_path, jsonData=ES) as (grafana, sources):
        assert sources.logs is not None
        here = await sources.logs.logs("cart", few, severity="error")
        there = await opened("elasticsearch", osmem, index="logs-ecs").logs("cart", few, severity="error")
        pd.testing.assert_frame_equal(here.frame, there.frame)
        posted = {path for method, path, _ in grafana.seen if method == "POST"}
        assert posted == {"/grafana/api/datasources/proxy/uid/one-1/_msearch"}
        searches: Any = sources.logs
        with pytest.raises(ToolError, match="refuses the question"):
            await searches.ask('{"regexp": {"message": {"value": 7, "flags": "NOTHING"}}}', few, 5)
