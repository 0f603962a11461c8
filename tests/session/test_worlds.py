"""A sandbox world as something to act on; the simulator itself is played."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.session.worlds import SandboxCluster, advance, open_folder
from aisre_nb.sources.cluster import Row
from aisre_nb.sources.sources import Sources

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """Writes the time into its folder, as the simulator does."""

    folder: Path
    now: datetime = NOW
    acted: list[Any] = field(default_factory=list)
    hold: threading.Event | None = None

    def preview(self, action: Any) -> Any:
        if action["action"] != "scale":
            raise UsageError("it cannot be")
        return SimpleNamespace(title="Scale", scope="web", rows=[("replicas", "2", 3)], undo={"action": "scale"})

    def apply(self, action: Any) -> Any:
        self.acted.append(action)
        return SimpleNamespace(text="Begun.", at=self.now, undo=None)

    def advance(self, minutes: float) -> None:
        if self.hold:
            assert self.hold.wait(10)
        self.now += timedelta(minutes=minutes)
        (self.folder / "world.json").write_text(json.dumps({"now": str(self.now)}))


@pytest.fixture
def opened() -> list[World]:
    return []


@pytest.fixture
def cluster(tmp_path: Path, opened: list[World]) -> SandboxCluster:
    (tmp_path / "world.json").write_text("{}")

    def opens(folder: Path) -> World:
        opened.append(World(folder))
        return opened[-1]

    return SandboxCluster(tmp_path, opens)


async def test_it_is_opened_once_and_shows_acts_and_waits(cluster: Any, opened: list[World]) -> None:
    assert opened == []
    planned = await cluster.preview({"action": "scale"})
    assert (planned.rows, planned.undo) == ((Row("replicas", "2", "3"),), {"action": "scale"})
    done = await cluster.apply({"action": "scale"})
    assert (done.text, done.at, len(opened[0].acted)) == ("Begun.", NOW, 1)
    told: list[str] = []
    assert await cluster.wait(12, told.append) == await cluster.now() == NOW + timedelta(minutes=12)
    assert [text.split()[0] for text in told] == ["5", "10", "12"] and len(opened) == 1
    with pytest.raises(UsageError, match="it cannot be"):
        await cluster.preview({"action": "nothing"})


async def test_what_another_process_did_is_seen(cluster: Any, opened: list[World], tmp_path: Path) -> None:
    await cluster.now()
    (tmp_path / "world.json").write_text("another process wrote here")
    await cluster.now()
    assert len(opened) == 2


async def test_a_stop_ends_the_wait_when_the_folder_is_whole(cluster: Any, opened: list[World]) -> None:
    await cluster.now()
    opened[0].hold = threading.Event()
    waiting = asyncio.create_task(cluster.wait(50, lambda text: None))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.sleep(0.05)
    assert not waiting.done()
    opened[0].hold.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert opened[0].now == NOW + timedelta(minutes=5)


async def test_minutes_pass_from_a_line_magic_while_a_loop_runs(cluster: Any) -> None:
    assert advance(Sources(cluster=cluster), 3) == NOW + timedelta(minutes=3)


@pytest.mark.parametrize("minutes", [0, -1, 5000, float("nan")])
def test_minutes_that_cannot_pass_are_refused(minutes: float, cluster: Any) -> None:
    with pytest.raises(UsageError, match="minutes cannot pass"):
        advance(Sources(cluster=cluster), minutes)


def test_where_there_is_no_world_no_time_passes() -> None:
    for sources in (None, Sources()):
        with pytest.raises(UsageError, match="time passes by itself here"):
            advance(sources, 5)


async def test_a_folder_with_a_world_can_be_acted_on_and_one_without_is_only_read(tmp_path: Path) -> None:
    (tmp_path / "alerts.json").write_text("[]")
    assert open_folder(tmp_path).cluster is None
    (tmp_path / "world.json").write_text("{}")
    sources = open_folder(tmp_path)
    assert isinstance(sources.cluster, SandboxCluster)
