"""The folder in which an investigation is kept: ``events.jsonl``, and ``frames/E7.parquet``."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from aisre_nb.errors import RecordError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record import frames
from aisre_nb.record.events import EVENT, FORMAT, Asked, Event, EvidenceKept
from aisre_nb.times import Window, instant

_ID = re.compile(r"E[1-9][0-9]{0,6}")


class Record:
    """One writer at a time; anybody may read. A line that was cut off by a crash is left out when loading."""

    def __init__(self, folder: Path, events: list[Event], file: IO[bytes] | None, notes: tuple[str, ...] = ()) -> None:
        self.folder = folder
        self.events = events
        self.notes = notes
        """What could not be read."""
        self._file = file
        self._loaded: dict[str, Evidence] = {}

    @classmethod
    def create(cls, parent: Path, question: str) -> Record:
        """A new folder under ``parent``, named by time and question. Raises `RecordError`."""
        slug = re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")[:40].strip("-") or "investigation"
        name = f"{datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')}-{slug}-{secrets.token_hex(2)}"
        folder = parent / name
        try:
            (folder / "frames").mkdir(parents=True)
            file = (folder / "events.jsonl").open("ab")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RecordError(f"no record can be made in {parent}: {error.strerror}", "set AISRE_RECORDS") from None
        return cls(folder, [], file)

    @classmethod
    def load(cls, folder: Path) -> Record:
        """Read a record; the frames are read when they are asked for. Raises `RecordError`."""
        path = folder / "events.jsonl"
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise RecordError(f"{path} cannot be read: {error.strerror}", "name the folder of a record") from None
        events: list[Event] = []
        notes: list[str] = []
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                data = json.loads(line)
                if data.get("type") == "asked" and data.get("format", 1) > FORMAT:
                    raise RecordError(f"{folder} was written by a newer version", "upgrade aisre-nb")
                events.append(EVENT.validate_python(data))
            except (ValueError, ValidationError, AttributeError):
                last = number == len(lines)
                notes.append(f"line {number} {'was cut off' if last else 'cannot be read'} and is left out")
        return cls(folder, events, None, tuple(notes))

    @property
    def question(self) -> str:
        """The first question."""
        return next((e.question for e in self.events if isinstance(e, Asked)), "")

    def append(self, event: Event) -> None:
        """Write one event; it is on disk when this returns. Raises `RecordError`."""
        if self._file is None:
            raise RecordError(f"{self.folder} is open for reading only")
        try:
            self._file.write(event.model_dump_json().encode() + b"\n")
            self._file.flush()
            os.fdatasync(self._file.fileno())
        except (OSError, ValueError) as error:
            raise RecordError(
                f"{self.folder} cannot be written: {error}", "free some space, or set AISRE_RECORDS"
            ) from None
        self.events.append(event)

    def keep(self, evidence: Evidence) -> EvidenceKept:
        """Write the frame, then the event that speaks of it. Raises `RecordError`."""
        if evidence.frame is not None:
            try:
                frames.write(evidence.frame, self._path(evidence.id))
            except (OSError, ValueError, TypeError) as error:
                raise RecordError(f"the frame of {evidence.id} cannot be written: {error}") from None
        event = EvidenceKept(id=evidence.id, data=_data(evidence))
        self.append(event)
        return event

    def evidence(self, number: str) -> Evidence:
        """One evidence with its frame. Raises `RecordError` where there is none of that number."""
        if number not in self._loaded:
            event = next((e for e in self.events if isinstance(e, EvidenceKept) and e.id == number), None)
            if event is None:
                raise RecordError(f"there is no {number} in {self.folder}")
            self._loaded[number] = _evidence(event, self._path(number))
        return self._loaded[number]

    def close(self) -> None:
        """Let go of the file; it stays readable."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _path(self, number: str) -> Path:
        # A record may come from a stranger: an id is a number, and never a path.
        if not _ID.fullmatch(number):
            raise RecordError(f"{number[:40]!r} is no evidence's number")
        return self.folder / "frames" / f"{number}.parquet"


def _data(evidence: Evidence) -> dict[str, Any]:
    data = {f.name: getattr(evidence, f.name) for f in fields(evidence) if f.name != "frame"}
    data["window"] = evidence.window.as_json() if evidence.window else None
    data["arguments"], data["facts"] = dict(evidence.arguments), dict(evidence.facts)
    return json.loads(json.dumps(data, default=str))  # type: ignore[no-any-return]


def _evidence(event: EvidenceKept, path: Path) -> Evidence:
    data: Mapping[str, Any] = event.data
    known = {f.name for f in fields(Evidence)}
    kept = {k: v for k, v in data.items() if k in known and k not in ("window", "fetched_at", "frame")}
    frame = None
    if path.is_file() and not path.is_symlink():
        try:
            frame = frames.read(path)
        except (OSError, ValueError) as error:
            kept["summary"] = (
                f"{kept.get('summary', '')} [its frame cannot be read: {' '.join(str(error).split())[:100]}]"
            )
    return Evidence(
        **{**kept, "id": event.id},
        window=Window.from_json(data["window"]) if data.get("window") else None,
        fetched_at=instant(data["fetched_at"]) if data.get("fetched_at") else None,
        frame=frame,
    )
