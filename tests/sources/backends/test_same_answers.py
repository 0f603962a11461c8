"""The same question to a backend and to the folder of the same world gives the same answer.

LOKI_BIN, TEMPO_BIN and JAEGER_BIN put the real programs in the place of the servers of this folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aisre_nb.sources.offer import Offer, together
from aisre_nb.sources.sources import Sources
from aisre_nb.times import Window, rfc3339
from aisre_nb.tools.flow import follow_calls
from aisre_nb.tools.logs import get_logs
from aisre_nb.tools.separation import compare_requests
from aisre_nb.tools.tool import Tool, ToolContext
from aisre_nb.tools.traces import get_traces

from .conftest import Folder, Opened, World
from .jaeger_server import JaegerServer
from .loki_server import LokiServer
from .programs import real_jaeger, real_loki, real_tempo
from .tempo_server import TempoServer
from .web import Said

_QUOTE = "POST /cart/{user_id}/quote"
_COARSE = {"jaeger": 0.05}
"""Jaeger's durations are whole microseconds: short ones differ by so much of them."""


@pytest.fixture(params=["tempo", "jaeger"])
def traces(request: pytest.FixtureRequest, world: World, opened: Opened, tmp_path: Path) -> Iterator[tuple[str, Any]]:
    kind = request.param
    if os.environ.get(f"{kind.upper()}_BIN"):
        with (real_tempo if kind == "tempo" else real_jaeger)(world.spans, tmp_path) as url:
            yield kind, opened(kind, url)
        return
    server = TempoServer(world.spans) if kind == "tempo" else JaegerServer(world.spans)
    yield kind, opened(kind, server.url)
    server.close()


@pytest.fixture(params=["loki", "logs-ecs", "logs-otel"])
def logs(request: pytest.FixtureRequest, opened: Opened, world: World, tmp_path: Path) -> Iterator[tuple[str, Any]]:
    kind = request.param
    if kind == "loki" and os.environ.get("LOKI_BIN"):
        with real_loki(LokiServer.entries_of(world.logs), tmp_path) as url:
            yield kind, opened("loki", url)
    elif kind == "loki":
        yield kind, opened("loki", request.getfixturevalue("loki").url)
    else:
        yield kind, opened("opensearch", request.getfixturevalue("osmem"), index=kind)


async def test_traces(traces: tuple[str, Any], world: World, folder: Folder) -> None:
    kind, source = traces
    window, onset = world.window, world.onset
    for name, *arguments in (
        ("flow", window, onset), ("traces", "cart", window), ("operations", "cart", window),
        ("attribute_values", "cart", window, onset, [], "errors"),
        ("attribute_values", "checkout", window, onset, [], "latency"),
        ("between_places", window, onset, "zone"), ("span_sample", window, 100_000, 0.5), ("calls", window),
    ):  # fmt: skip
        here, there = await getattr(source, name)(*arguments), await folder.ask(name, *arguments)
        assert len(there.frame) > 2, name
        pd.testing.assert_frame_equal(here.frame, there.frame, rtol=_COARSE.get(kind, 1e-9))
        assert (here.total, here.notes) == (there.total, there.notes), name
        assert here.query.startswith("GET /api/") and "SELECT" not in here.query
    failing = await folder.ask("traces", "cart", window, status="error", operation=_QUOTE, limit=3)
    same = await source.traces("cart", window, status="error", operation=_QUOTE, limit=3)
    pd.testing.assert_frame_equal(same.frame, failing.frame, rtol=_COARSE.get(kind, 1e-9))
    for trace_id in failing.frame["trace_id"]:
        here, there = await source.trace(trace_id), await folder.ask("trace", trace_id)
        pd.testing.assert_frame_equal(here.frame, there.frame, rtol=_COARSE.get(kind, 1e-9))
        assert here.query.endswith(f"traces/{trace_id}")


async def test_logs(logs: tuple[str, Any], world: World, folder: Folder) -> None:
    kind, source = logs
    for more in ({}, {"severity": "error"}, {"contains": "unboundlocal"}, {"limit": 50}):
        here = await source.logs("cart", world.window, **more)
        there = await folder.ask("logs", "cart", world.window, **more)
        assert len(there.frame) > 20
        # The schema of Elastic keeps no attributes of requests here.
        left_out = ["attributes"] if kind == "logs-ecs" else []
        pd.testing.assert_frame_equal(here.frame.drop(columns=left_out), there.frame.drop(columns=left_out))
        assert (here.total, here.notes) == (there.total, there.notes)
    trace = here.frame["trace_id"].iloc[-1]
    one = await source.logs("cart", world.window, trace_id=trace)
    same = await folder.ask("logs", "cart", world.window, trace_id=trace)
    assert list(one.frame["body"]) == list(same.frame["body"]) and len(same.frame)
    here = await source.log_sample(world.window, 100_000, 0.5)
    there = await folder.ask("log_sample", world.window, 100_000, 0.5)
    pd.testing.assert_frame_equal(here.frame, there.frame)
    assert here.total == there.total


async def test_records_without_attributes_are_known_by_the_spans_of_another_source(
    world: World, folder: Folder, opened: Opened
) -> None:
    traces, logs = TempoServer(world.spans), LokiServer([{**row, "LogAttributes": {}} for row in world.logs])
    source = opened("loki", logs.url)
    bare = await source.logs("cart", world.window, operation=_QUOTE)
    assert bare.frame.empty and bare.notes[-1].startswith("there are no spans")
    spans = opened("tempo", traces.url)
    together([Offer(source, logs=source), Offer(spans, traces=spans)])
    here = await source.logs("cart", world.window, operation=_QUOTE)
    there = await folder.ask("logs", "cart", world.window, operation=_QUOTE)
    # Of some records no span was kept: those are known by their own attributes alone.
    known = there.frame[there.frame["trace_id"].isin({row["TraceId"] for row in world.spans})]
    assert list(here.frame["body"]) == list(known["body"]) and len(here.frame) > 20 and here.notes == ()
    traces.broken = Said("", 503, "text/plain")
    later = Window(world.window.start, world.window.end + timedelta(seconds=1))
    gone = await source.logs("cart", later, operation=_QUOTE)
    assert gone.notes[0].startswith("spans, by which records are matched with the operation: shop (127.0.0.1:")
    traces.close()
    logs.close()


async def test_tools_find_the_same(world: World, folder: Folder, loki: LokiServer, opened: Opened) -> None:
    server = TempoServer(world.spans)
    sources = Sources(traces=opened("tempo", server.url), logs=opened("loki", loki.url))
    here = ToolContext(sources, world.window.end, {})
    there = ToolContext(Sources(traces=folder.source, logs=folder.source), world.window.end, {})
    since, onset = rfc3339(world.window.start), rfc3339(world.onset)
    asked: tuple[tuple[Tool, dict[str, Any]], ...] = (
        (get_traces, {"service": "cart", "since": since}),
        (follow_calls, {"service": "frontend", "since": since, "onset": onset, "by": "errors"}),
        (get_logs, {"service": "cart", "since": since, "onset": onset, "operation": _QUOTE}),
    )
    for tool, given in asked:
        arguments = tool.arguments.model_validate(given)
        mine, its = await tool.handler(here, arguments), await tool.handler(there, arguments)
        assert mine.summary == its.summary and mine.facts == its.facts, tool.name
    # It looks at an hour before, of which only some minutes are behind the server.
    arguments = compare_requests.arguments.model_validate({"service": "cart", "onset": onset})
    mine, its = await compare_requests.handler(here, arguments), await compare_requests.handler(there, arguments)
    first = [{name: each.facts["separates"][0][name] for name in ("key", "value", "bad")} for each in (mine, its)]
    assert first[0] == first[1]
    server.close()
