"""Telemetry that nobody here wrote: it opens, and what it has comes out in the right columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from aisre_nb.sources.open import open_case
from aisre_nb.sources.telemetry_folder import TelemetryFolder
from aisre_nb.times import Window


async def test_train_ticket_has_signals_from_spans_without_kinds(real_cases: Callable[[str], list[Path]]) -> None:
    for folder in real_cases("nezha-tt")[:3]:
        source = TelemetryFolder(folder)
        assert (await source.health()).ok
        assert source.now is not None
        window = Window(source.now - timedelta(hours=2), source.now)
        services = (await source.services(window)).frame.dropna(subset=["requests"])
        assert len(services) > 5
        busiest = str(services.sort_values("requests")["service"].iloc[-1])
        signals = set((await source.golden_signals(busiest, window, 60)).frame["signal"])
        assert {"request_rate", "error_rate", "latency_p95", "CpuUsage(m)"} <= signals
        assert len((await source.calls(window)).frame) > 5
        assert (await source.traces(busiest, window)).total
        assert (await source.logs(busiest, window)).total
        await source.close()


async def test_pet_shop_has_gauges_and_a_topology(real_cases: Callable[[str], list[Path]]) -> None:
    for folder in real_cases("petshop")[:3]:
        sources = open_case(folder)
        assert sources.metrics is not None and sources.now is not None
        window = Window(sources.now - timedelta(minutes=20), sources.now)
        frame = (await sources.metrics.golden_signals("PetSite", window, 300)).frame
        assert {"latency.p95", "availability.Average"} <= set(frame["signal"])
        assert len((await sources.metrics.calls(window)).frame) > 20
        await sources.all[0].close()
