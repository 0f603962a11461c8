"""Sandbox worlds as sources: a case folder that can be acted on, and in which time passes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from aisre_nb.errors import ToolError, UsageError
from aisre_nb.session.who import who
from aisre_nb.sources.cluster import Action, Done, Planned, Row, Tell
from aisre_nb.sources.open import open_case
from aisre_nb.sources.pull_requests import list_pull_requests, merge_pull_request
from aisre_nb.sources.sources import Sources
from aisre_nb.sources.trial import Trial

T = TypeVar("T")

_FILE = "world.json"
"""What reopens a world; a case folder without it is only read."""
_SLICE = 5.0
"""Simulated minutes after which it is said how far it is, and a stop is heard."""


class World(Protocol):
    """What of the sandbox's `World` is needed here."""

    @property
    def now(self) -> datetime:
        """The instant there."""
        ...

    def preview(self, action: Action) -> Any:
        """What an action would do: ``title``, ``scope``, ``rows``, ``undo``."""
        ...

    def apply(self, action: Action) -> Any:
        """Do it: ``text``, ``at``, ``undo``."""
        ...

    def advance(self, minutes: float, /) -> None:
        """Let minutes pass; the folder has their telemetry then."""
        ...


def _reopened(folder: Path) -> World:
    # Here: making sources must not load a simulator that nobody may ask.
    from aisre_nb.sandbox import World as Sandbox

    return Sandbox.open(folder)


def open_folder(folder: Path) -> Sources:
    """A case folder: as `open_case`, and what it takes to act where it is a world."""
    return with_world(open_case(folder))


def with_world(sources: Sources) -> Sources:
    """The sources, with their sandbox world as the cluster where their telemetry is one's."""
    folder = next(
        (f for source in sources.all if (f := getattr(source, "folder", None)) and (f / _FILE).is_file()), None
    )
    if folder is None:
        return sources
    return replace(sources, cluster=SandboxCluster(folder), tests=Trial() if sources.code else None)


def advance(sources: Sources | None, minutes: float) -> datetime:
    """Let minutes pass in a sandbox world, from where nothing can be awaited; returns the instant then.

    Raises `UsageError` where there is no such world, or where these are no minutes.
    """
    cluster = sources.cluster if sources is not None else None
    if not isinstance(cluster, SandboxCluster):
        raise UsageError("time passes by itself here", "open a sandbox world first: %sre sandbox NAME")
    if not 0 < minutes <= 24 * 60:
        raise UsageError(f"{minutes:g} minutes cannot pass", "give some between 0 and 1440")
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(cluster.wait(minutes, lambda text: None))).result()


class SandboxCluster:
    """A `Cluster` over a sandbox world, which is opened when it is first asked."""

    name = "sandbox"
    actions = frozenset(
        ("rollback", "scale", "restart", "set_flag", "set_config", "cordon", "uncordon", "silence", "merge")
    )

    def __init__(self, folder: Path, opens: Callable[[Path], World] = _reopened) -> None:
        self._folder = folder
        self._opens = opens
        self._world: World | None = None
        self._left: tuple[int, int] | None = None
        self._one = threading.Lock()

    async def now(self) -> datetime:
        """See `Cluster.now`."""
        return await self._do(lambda world: world.now)

    async def preview(self, action: Action) -> Planned:
        """See `Cluster.preview`."""
        if action.get("action") == "merge":
            return await asyncio.to_thread(self._merge, action)
        found = await self._do(lambda world: world.preview(action))
        rows = tuple(Row(*map(str, row)) for row in found.rows)
        return Planned(found.title, found.scope, rows, found.undo)

    async def apply(self, action: Action) -> Done:
        """See `Cluster.apply`; a merge is written to the remote, and rolled out from there."""
        if action.get("action") == "merge":
            planned = await asyncio.to_thread(self._merge, action)
            await merge_pull_request(self._folder / "repository", int(action["number"]), who())
            await self._do(lambda world: world.apply({"action": "merge"}))
            return Done(f"{planned.title}: done", await self.now())
        found = await self._do(lambda world: world.apply(action))
        return Done(found.text, found.at, found.undo)

    async def wait(self, minutes: float, tell: Tell) -> datetime:
        """See `Cluster.wait`: minutes are simulated, and take a fraction of a second each."""
        passed = 0.0
        while passed < minutes:
            span = min(_SLICE, minutes - passed)
            await self._do(lambda world, span=span: world.advance(span))  # type: ignore[misc]
            passed += span
            tell(f"{passed:g} of {minutes:g} minutes passed\n")
        return await self.now()

    def _merge(self, action: Action) -> Planned:
        """What merging one of the pull requests would do."""
        found = list_pull_requests(self._folder / "repository")
        request = next((r for r in found if r["number"] == action.get("number")), None)
        opened = [str(r["number"]) for r in found if r["state"] == "open"]
        if request is None or request["state"] != "open":
            what = "is not there" if request is None else f"is {request['state']} already"
            raise ToolError(f"pull request {action.get('number')} {what}", f"open are {', '.join(opened) or 'none'}")
        rows = (
            Row(f"pull request #{request['number']}", "open", f"merged into {request['base']}"),
            Row(str(request["base"]), "as it is", f"with {request['branch']} at {str(request['head_commit'])[:12]}"),
            Row("the cluster", "follows main", "rolls out what the merge changes"),
        )
        title = f"Merge #{request['number']}: {request['title']}"
        return Planned(title, f"repository, branch {request['base']}, and what it deploys", rows)

    async def _do(self, work: Callable[[World], T]) -> T:
        """In a thread. What was begun is ended before a cancellation goes on: the folder is never left half written."""
        running = asyncio.ensure_future(asyncio.to_thread(self._alone, work))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait({running})
            raise

    def _alone(self, work: Callable[[World], T]) -> T:
        with self._one:
            # Another process may have let time pass in it: what is in memory is old then.
            if self._world is None or self._stamp() != self._left:
                self._world = self._opens(self._folder)
            try:
                return work(self._world)
            finally:
                self._left = self._stamp()

    def _stamp(self) -> tuple[int, int]:
        stat = (self._folder / _FILE).stat()
        return stat.st_mtime_ns, stat.st_size
