"""A telemetry folder as a source: alerts, metrics, traces, logs and changes, asked through DuckDB."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import AisreError, ConfigurationError, SourceUnreachable
from aisre_nb.sources.alerts_file import read_alerts
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.changes_file import read_changes
from aisre_nb.sources.folder_health import health
from aisre_nb.sources.kubernetes_file import NAME, read_objects
from aisre_nb.sources.link_template import filled, times
from aisre_nb.sources.reader import Reader
from aisre_nb.sources.reported import reported
from aisre_nb.sources.stored_telemetry import StoredTelemetry
from aisre_nb.sources.telemetry_database import Database
from aisre_nb.times import Window, instant

if TYPE_CHECKING:
    import pandas as pd

_FILES = ("otel_", "alerts.json", "changes.jsonl", "kubernetes.json", "manifest.json")


class TelemetryFolder(StoredTelemetry):
    """Speaks `AlertSource`, `MetricSource`, `TraceSource`, `LogSource`, `ChangeSource`, `ClusterState` and `Source`."""

    def __init__(self, folder: Path, name: str = "telemetry", link: str = "") -> None:
        """``link``: the house's own page, as `link_template` has it.

        Raises `ConfigurationError` where there is no such folder, `SourceUnreachable` where it holds nothing.
        """
        if not folder.is_dir():
            raise ConfigurationError(f"there is no folder {folder}", "name a folder that holds otel_*.parquet files")
        self.name = name
        self._link = link
        self.folder = folder.resolve()
        self.topology = self.folder / "topology.json"
        self.notes: tuple[str, ...] = ()
        if not any(entry.name.startswith(_FILES) for entry in self.folder.iterdir()):
            raise SourceUnreachable(
                f"{folder} holds no telemetry", "it should hold otel_*.parquet, alerts.json or changes.jsonl"
            )
        self.manifest = self._read_manifest()
        self.reported, notes = reported(self.manifest)
        self.notes += notes
        self._database = Database(self.folder)
        self._dated = self._state()
        self._instant = self._now()

    @property
    def now(self) -> datetime | None:
        """The instant at which the folder ends; it moves where time passes in it."""
        if self._state() != self._dated:
            self.manifest = self._read_manifest()
            self._database.follow()
            self._dated = self._state()
            self._instant = self._now()
        return self._instant

    def _state(self) -> tuple[object, ...]:
        try:
            stat = (self.folder / "manifest.json").stat()
        except OSError:
            return (self._database.state,)
        # Without its word on the time, the tables tell.
        tables = None if self.manifest.get("now") else self._database.state
        return stat.st_mtime_ns, stat.st_size, stat.st_ino, tables

    @property
    def question(self) -> str:
        """The question that came with the folder."""
        return str(self.manifest.get("question") or "")

    def _read_manifest(self) -> dict[str, Any]:
        path = self.folder / "manifest.json"
        if not path.is_file():
            return {}
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(data, dict):
                raise ValueError("it is not an object")
        except (OSError, ValueError, RecursionError) as error:
            self.notes += (f"{path} cannot be read, and is left out: {error}",)
            return {}
        return data

    def _now(self) -> datetime | None:
        """The manifest's, else just after the last thing that was stored; None where nothing is dated."""
        try:
            if self.manifest.get("now"):
                return instant(str(self.manifest["now"]))
        except AisreError as error:
            self.notes += (f"manifest.json: {error}",)
        reader = self._database.reader()
        ends = []
        for table, stored in self._database.tables.items():
            try:
                extent = reader.extent(table) if stored.files else None
            except SourceUnreachable as error:
                self.notes += (str(error),)
                continue
            if extent:
                ends.append(extent.end)
        reader.cursor.close()
        return max(ends, default=None)

    async def _ask(
        self, work: Callable[[Reader], pd.DataFrame], window: Window | None = None, **named: str | None
    ) -> Answer:
        frame, reader = await self._database.run(work)
        total, query = frame.attrs.pop("total", None), "\n\n".join(reader.queries)
        link = self._page(query, window, **named)
        return Answer(frame, query, self.name, total=total, notes=tuple(reader.notes), link=link)

    async def _read(
        self, file: str, work: Callable[[Path], tuple[pd.DataFrame, tuple[str, ...]]], window: Window | None = None
    ) -> Answer:
        frame, notes = await asyncio.to_thread(work, self.folder / file)
        return Answer(frame, file, self.name, total=len(frame), notes=notes, link=self._page(file, window))

    def _page(self, query: str, window: Window | None, **named: str | None) -> str | None:
        return filled(self._link, {"query": query, **named, **times(window)}) if self._link else None

    async def alerts(self, at: datetime) -> Answer:
        """See `AlertSource.alerts`."""
        return await self._read("alerts.json", lambda path: read_alerts(path, at.astimezone(UTC)))

    async def changes(self, window: Window, service: str | None = None) -> Answer:
        """See `ChangeSource.changes`."""
        return await self._read("changes.jsonl", lambda path: read_changes(path, window, service), window)

    async def objects(self) -> Answer:
        """See `ClusterState.objects`."""
        return await self._read(NAME, read_objects)

    async def health(self) -> Health:
        """What the folder holds, or which of its files cannot be read."""
        found, _ = await self._database.run(lambda reader: health(reader, self.folder))
        return found

    async def close(self) -> None:
        """Let go of the files."""
        await asyncio.to_thread(self._database.close)
