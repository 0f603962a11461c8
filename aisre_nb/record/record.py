"""The folder in which an investigation is kept: ``events.jsonl``, and ``frames/E7.parquet``."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.errors import RecordError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.unread import Unread
from aisre_nb.record import frames, kept
from aisre_nb.record.event_log import EventLog, read_events
from aisre_nb.record.events import Asked, Event, EvidenceKept
from aisre_nb.record.lock import Lock

if TYPE_CHECKING:
    import pandas as pd

_ID = re.compile(r"E[1-9][0-9]{0,6}")
_ELSEWHERE = "free some space, or keep records elsewhere: AISRE_RECORDS"


class Record:
    """One writer at a time; anybody may read. A line that was cut off by a crash is left out when loading."""

    def __init__(
        self,
        folder: Path,
        events: list[Event],
        notes: tuple[str, ...] = (),
        log: EventLog | None = None,
        lock: Lock | None = None,
    ) -> None:
        self.folder = folder
        self.events = events
        self.notes = notes
        """What could not be read, one line each."""
        self._log = log
        self._lock = lock
        self._loaded: dict[str, Unread] = {}
        self._kept: dict[str, EvidenceKept] = {}
        for event in events:
            self._index(event)

    @classmethod
    def create(cls, parent: Path, question: str) -> Record:
        """A new folder under ``parent``, named by time and question. Raises `RecordError`."""
        slug = re.sub(r"[^a-z0-9]+", "-", question.lower()).strip("-")[:40].strip("-") or "investigation"
        folder = parent / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{slug}-{secrets.token_hex(2)}"
        try:
            parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
        except OSError as error:
            raise RecordError(f"no record can be made in {parent}: {error.strerror}", _ELSEWHERE) from None
        return cls._opened(folder, [], ())

    @classmethod
    def load(cls, folder: Path) -> Record:
        """Read a record; its frames are read when they are asked for. Raises `RecordError`."""
        events, notes = read_events(folder / "events.jsonl")
        return cls(folder, events, tuple(notes))

    @classmethod
    def resume(cls, folder: Path) -> Record:
        """Read a record and go on writing it. Raises `RecordError`, also where somebody else writes it."""
        found = cls.load(folder)
        return cls._opened(folder, found.events, found.notes)

    @classmethod
    def _opened(cls, folder: Path, events: list[Event], notes: tuple[str, ...]) -> Record:
        lock = None
        try:
            (folder / "frames").mkdir(exist_ok=True)
            lock = Lock(folder)
            return cls(folder, events, notes, EventLog(folder / "events.jsonl"), lock)
        except OSError as error:
            if lock is not None:
                lock.release()
            raise RecordError(f"{folder} cannot be written: {error.strerror}", _ELSEWHERE) from None

    @property
    def question(self) -> str:
        """The first question."""
        return next((e.question for e in self.events if isinstance(e, Asked)), "")

    def append(self, event: Event) -> None:
        """Write one event; it is on disk when this returns. Raises `RecordError`, and then the file is as before."""
        if self._log is None:
            raise RecordError(f"{self.folder} is open for reading only")
        try:
            self._log.append(event)
        except (OSError, ValueError) as error:
            raise RecordError(f"{self.folder} cannot be written: {_reason(error)}", _ELSEWHERE) from None
        self.events.append(event)
        self._index(event)

    def keep(self, evidence: Evidence) -> EvidenceKept:
        """Write the frame, then the event that speaks of it. Raises `RecordError`."""
        path = self._path(evidence.id)
        if self._log is None:
            raise RecordError(f"{self.folder} is open for reading only")
        if evidence.frame is not None:
            try:
                frames.write(evidence.frame, path)
            except Exception as error:
                raise RecordError(
                    f"the frame of {evidence.id} cannot be written: {_reason(error)}", _ELSEWHERE
                ) from None
        event = EvidenceKept(id=evidence.id, data={**kept.as_json(evidence), "rows": _rows(evidence)})
        self.append(event)
        return event

    def evidence(self, number: str) -> Evidence:
        """One evidence; its frame is read when it is looked at. Raises `RecordError` for an unknown number."""
        if number not in self._loaded:
            path = self._path(number)
            event = self._kept.get(number)
            if event is None:
                raise RecordError(f"there is no {number} in {self.folder}")
            found = self._loaded[number] = kept.from_json(event.id, event.data, partial(_read, event, path))
            if path.is_symlink() or not path.is_file():
                # It is missing: that can be said before anybody looks.
                found.frame  # noqa: B018
        return self._loaded[number]

    def all_evidence(self) -> dict[str, Evidence]:
        """Every one, in the order in which it came; none of their frames is read for that."""
        return {number: self.evidence(number) for number in self._kept}

    @property
    def writable(self) -> bool:
        """Whether events can be appended; one that was loaded is for reading."""
        return self._log is not None

    def close(self) -> None:
        """Let go of the files; the record stays readable."""
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _index(self, event: Event) -> None:
        if isinstance(event, EvidenceKept):
            self._kept.setdefault(event.id, event)

    def _path(self, number: str) -> Path:
        # A record may come from a stranger: an id is a number, and never a path.
        if not _ID.fullmatch(number):
            raise RecordError(f"{number[:40]!r} is no evidence's number")
        return self.folder / "frames" / f"{number}.parquet"


def _read(event: EvidenceKept, path: Path) -> tuple[pd.DataFrame | None, str]:
    """The frame, or why there is none."""
    if event.data.get("rows", 0) is None:
        return None, ""
    try:
        # A link in a stranger's record may lead anywhere.
        if path.is_symlink() or path.parent.is_symlink():
            raise ValueError("it is a link")
        return frames.read(path), ""
    except FileNotFoundError:
        return None, "its frame is missing"
    except Exception as error:
        return None, f"its frame cannot be read: {_reason(error)}"


def _rows(evidence: Evidence) -> int | None:
    return None if evidence.frame is None else len(evidence.frame)


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:160] or type(error).__name__
