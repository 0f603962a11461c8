"""Worlds that the tests look at: each made once."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aisre_nb.sandbox import create, make
from aisre_nb.sandbox.blueprint import Blueprint
from aisre_nb.sandbox.chance import Chance
from aisre_nb.sandbox.engine.cluster import Cluster
from aisre_nb.sandbox.engine.effects import Breaks, Effect
from aisre_nb.sandbox.engine.nodes import nodes
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.scenario import Plan, Scenario, Truth
from aisre_nb.sandbox.services import NAMES
from aisre_nb.sandbox.simulation import Simulation, begin
from aisre_nb.sandbox.world import World
from aisre_nb.times import instant

_MAPS = ("Attributes", "SpanAttributes", "LogAttributes", "ResourceAttributes")


@dataclass(frozen=True)
class Case:
    """A case folder, read."""

    folder: Path
    seconds: float

    def json(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    @cached_property
    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json("truth.json")
        return found

    @cached_property
    def changes(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "changes.jsonl").read_text().splitlines()]

    @cached_property
    def onset(self) -> pd.Timestamp:
        return pd.Timestamp(instant(self.truth["onset"]))

    @cached_property
    def start(self) -> pd.Timestamp:
        return pd.Timestamp(instant(self.json("manifest.json")["start"]))

    @cached_property
    def spans(self) -> pd.DataFrame:
        return self._table("otel_traces")

    @cached_property
    def logs(self) -> pd.DataFrame:
        return self._table("otel_logs")

    @cached_property
    def histogram(self) -> pd.DataFrame:
        return self._table("otel_metrics_histogram")

    @cached_property
    def gauges(self) -> pd.DataFrame:
        return self._table("otel_metrics_gauge")

    @cached_property
    def sums(self) -> pd.DataFrame:
        return self._table("otel_metrics_sum")

    def _table(self, name: str) -> pd.DataFrame:
        frame = pd.read_parquet(self.folder / f"{name}.parquet")
        for column in (column for column in _MAPS if column in frame):
            frame[column] = [dict(pairs) for pairs in frame[column]]
        return frame

    def counted(self) -> pd.DataFrame:
        """service, route, method, status, pod, n: requests that the histogram counted in the whole history."""
        frame = self.histogram[self.histogram.MetricName == "http.server.request.duration"].sort_values("TimeUnix")
        frame = frame.assign(
            service=frame.ServiceName,
            route=[a["http.route"] for a in frame.Attributes],
            method=[a["http.request.method"] for a in frame.Attributes],
            status=[int(a["http.response.status_code"]) for a in frame.Attributes],
            pod=[a["k8s.pod.name"] for a in frame.ResourceAttributes],
        )
        series = frame.groupby(["service", "route", "method", "status", "pod"])
        found = series.agg(first=("Count", "first"), last=("Count", "last"), begun=("TimeUnix", "first")).reset_index()
        # A series that begins with the history has counted before it; a later one begins at nothing.
        found["n"] = found["last"] - found["first"].where(found.begun == self.start, 0)
        return found

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder / "repository"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _made(folder: Path, name: str, seed: int, **more: Any) -> Case:
    begun = time.monotonic()
    make(name, seed, folder, **more)
    return Case(folder, time.monotonic() - begun)


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _made(tmp_path_factory.mktemp("worlds") / "cart-errors-1", "cart-errors", 1)


@pytest.fixture(scope="session")
def again(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The same scenario and seed, elsewhere."""
    return _made(tmp_path_factory.mktemp("again") / "elsewhere", "cart-errors", 1)


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Another seed, other names, other versions."""
    names = {"cart": "basket", "checkout": "till", "user": "member"}
    folder = tmp_path_factory.mktemp("worlds") / "other"
    return _made(folder, "cart-errors", 2, names=names, versions=("1.4.2", "1.5.0"))


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _made(tmp_path_factory.mktemp("worlds") / "healthy", "checkout-question", 1)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., World]:
    """A world with an hour of history and few customers: made in about a second."""

    def made(name: str = "cart-errors", seed: int = 1, **more: Any) -> World:
        folder = tmp_path_factory.mktemp("short") / name
        return create(name, seed, folder, **{"hours": 1, "per_second": 6, **more})

    return made


@pytest.fixture
def cluster() -> Callable[..., Cluster]:
    """The shop's cluster as it has run for days; ``breaks`` are rollouts that do not go on."""

    def made(*breaks: Breaks, cpu: int = 2400, **settings: Any) -> Cluster:
        found = Cluster(Blueprint(), nodes(cpu), Chance("test", 1), breaks)
        found.begin({}, settings)
        return found

    return made


@pytest.fixture
def shop() -> Callable[..., Simulation]:
    """An hour of the shop with these effects, not simulated yet; nothing of it has telemetry."""

    def made(*effects: Effect, seed: int = 1, **plan: Any) -> Simulation:
        names = Names({}, NAMES)
        scenario = Scenario("test", "Test", "Is it a test?")
        found = Plan(Truth("no_fault"), effects=effects, **plan)
        return begin(scenario, found, seed, False, names, Chance("test", seed), 3600)

    return made
