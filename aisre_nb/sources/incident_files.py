"""Incidents as files beside the telemetry: ``incidents/INC-1042.json`` and ``on_call.json``."""

from __future__ import annotations

import asyncio
import difflib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from aisre_nb.errors import AisreError, ChangeConflict, SignalMissing, SourceUnreachable, ToolError
from aisre_nb.evidence.change import FileChange
from aisre_nb.sources.base import Answer
from aisre_nb.sources.incident_source import IncidentUpdate
from aisre_nb.times import instant, rfc3339

COLUMNS = ["id", "title", "severity", "status", "opened_at", "service", "commander", "summary"]
_FOLDER, _ON_CALL = "incidents", "on_call.json"


class IncidentFiles:
    """Speaks `IncidentSource`. The files are read at each call: people write them too."""

    name = "incidents"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @staticmethod
    def there(folder: Path) -> bool:
        """Whether a case folder has incidents or says who is on call."""
        return (folder / _FOLDER).is_dir() or (folder / _ON_CALL).is_file()

    async def incidents(self) -> Answer:
        """See `IncidentSource.incidents`; a file that cannot be read is a note."""
        return await asyncio.to_thread(self._incidents)

    async def incident(self, id: str) -> Answer:
        """See `IncidentSource.incident`."""
        return await asyncio.to_thread(lambda: self._answer(id, self._read(id)))

    async def on_call(self) -> Answer:
        """See `IncidentSource.on_call`."""
        return await asyncio.to_thread(self._on_call)

    async def preview_update(self, update: IncidentUpdate) -> FileChange:
        """See `IncidentSource.preview_update`."""
        return await asyncio.to_thread(lambda: self._changed(update))

    async def update(self, update: IncidentUpdate) -> Answer:
        """See `IncidentSource.update`."""
        return await asyncio.to_thread(self._update, update)

    async def preview_restore(self, id: str, before: str, sha256: str) -> FileChange:
        """See `IncidentSource.preview_restore`."""
        return await asyncio.to_thread(self._restored, id, before, sha256)

    async def restore(self, id: str, before: str, sha256: str) -> Answer:
        """See `IncidentSource.restore`."""

        def write() -> Answer:
            self._written(self._restored(id, before, sha256))
            return self._answer(id, before)

        return await asyncio.to_thread(write)

    def _incidents(self) -> Answer:
        import pandas as pd

        rows, notes = [], []
        for file in sorted((self._folder / _FOLDER).glob("*.json")):
            try:
                told = json.loads(self._read(file.stem))
                rows.append({name: str(told.get(name) or "") for name in COLUMNS} | {"opened_at": _opened(told)})
            except (AisreError, ValueError, AttributeError, TypeError) as error:
                notes.append(f"{file.name} cannot be read, and is left out: {' '.join(str(error).split())[:120]}")
        frame = pd.DataFrame(rows, columns=COLUMNS)
        frame["opened_at"] = pd.to_datetime(frame["opened_at"], utc=True)
        frame = frame.sort_values("opened_at", ascending=False, ignore_index=True)
        return Answer(frame, f"{_FOLDER}/*.json", self.name, total=len(frame), notes=tuple(notes))

    def _read(self, id: str) -> str:
        # Looked up, not joined: an id is no path.
        files = {file.stem: file for file in (self._folder / _FOLDER).glob("*.json")}
        if id not in files:
            raise ToolError(f"there is no incident {id[:60]!r}", f"there are {', '.join(sorted(files)) or 'none'}")
        try:
            return files[id].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SourceUnreachable(f"{files[id]} cannot be read: {error}", "write that file again") from None

    def _answer(self, id: str, text: str) -> Answer:
        import pandas as pd

        told = self._parsed(id, text)
        timeline = told.get("timeline")
        entries = [e for e in timeline if isinstance(e, dict)] if isinstance(timeline, list) else []
        frame = pd.DataFrame(entries, columns=["at", "author", "text"])
        frame["at"] = pd.to_datetime(frame["at"], utc=True, errors="coerce", format="ISO8601")
        frame.attrs["incident"] = told
        return Answer(frame, f"{_FOLDER}/{id}.json", self.name, total=len(frame))

    def _parsed(self, id: str, text: str) -> dict[str, Any]:
        try:
            told = json.loads(text)
        except ValueError as error:
            raise SourceUnreachable(f"{id}.json is not JSON: {error}", "write that file again") from None
        if not isinstance(told, dict):
            raise SourceUnreachable(f"{id}.json is not an object", "write that file again")
        return told

    def _on_call(self) -> Answer:
        import pandas as pd

        path = self._folder / _ON_CALL
        if not path.is_file():
            raise SignalMissing(f"{_ON_CALL} is not there: nobody says who is on call")
        try:
            rotations = json.loads(path.read_text(encoding="utf-8"))["rotations"]
            rows = [{**r, "services": list(r["services"]), "until": instant(r["until"])} for r in rotations]
        except (OSError, AisreError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SourceUnreachable(f"{path} cannot be read: {error}", "write that file again") from None
        frame = pd.DataFrame(rows, columns=["team", "services", "primary", "secondary", "until"])
        return Answer(frame, _ON_CALL, self.name, total=len(frame))

    def _changed(self, update: IncidentUpdate) -> FileChange:
        before = self._read(update.id)
        told = self._parsed(update.id, before)
        after = {**told, **update.fields}
        timeline = list(told.get("timeline") or [])
        if update.note and not any(isinstance(e, dict) and e.get("text") == update.note for e in timeline):
            entry = {"at": rfc3339(update.at), "author": update.author, "text": update.note}
            after["timeline"] = [*timeline, entry]
        if after == told:
            raise ToolError(f"{update.id} says all of that already", "there is nothing to update")
        return _change(update.id, before, json.dumps(after, indent=1, ensure_ascii=False) + "\n")

    def _restored(self, id: str, before: str, sha256: str) -> FileChange:
        now = self._read(id)
        if hashlib.sha256(now.encode()).hexdigest() != sha256:
            raise ChangeConflict(f"{id} was written by somebody else since", "take your words back by hand")
        return _change(id, now, before)

    def _update(self, update: IncidentUpdate) -> Answer:
        change = self._changed(update)
        if update.before not in (None, change.before):
            raise ChangeConflict(f"{update.id} was written by somebody else meanwhile", "read it, and propose it again")
        self._written(change)
        return self._answer(update.id, change.after or "")

    def _written(self, change: FileChange) -> None:
        assert change.after is not None
        file = self._folder / change.path
        unfinished = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
        try:
            unfinished.write_text(change.after, encoding="utf-8")
            unfinished.chmod(file.stat().st_mode & 0o777)
            unfinished.replace(file)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            raise SourceUnreachable(f"{file} cannot be written: {error.strerror}") from None


def _opened(told: dict[str, Any]) -> Any:
    return instant(str(told["opened_at"])) if told.get("opened_at") else None


def _change(id: str, before: str, after: str) -> FileChange:
    path = f"{_FOLDER}/{id}.json"
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="")
    return FileChange(path, before, after, "".join(f"{line}\n" for line in lines))
