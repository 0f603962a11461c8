"""``events.jsonl``: one JSON object a line, on disk before the next thing happens."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import ValidationError

from aisre_nb.errors import RecordError
from aisre_nb.record.events import EVENT, FORMAT, Event


class EventLog:
    """The end of the file, to which events are appended."""

    def __init__(self, path: Path) -> None:
        """Raises `OSError`."""
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        self._size = _whole_lines(path)
        # What a crash left of a line would swallow the next one.
        os.ftruncate(self._handle, self._size)

    def append(self, event: Event) -> None:
        """One line; on disk when this returns, or not there at all. Raises `OSError`."""
        line = _line(event)
        try:
            written = 0
            while written < len(line):
                written += os.pwrite(self._handle, line[written:], self._size + written)
            os.fdatasync(self._handle)
        except OSError:
            os.ftruncate(self._handle, self._size)
            raise
        self._size += len(line)

    def close(self) -> None:
        """Nothing can be appended afterwards."""
        os.close(self._handle)


def _line(event: Event) -> bytes:
    try:
        return event.model_dump_json().encode() + b"\n"
    except ValueError:
        # Half a surrogate pair, from a file's name or a model's stream: one letter is not worth an event.
        return json.dumps(event.model_dump(mode="json"), ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def read_events(path: Path) -> tuple[list[Event], list[str]]:
    """The events, and a note for each line that is none. Raises `RecordError` for a format that is too new."""
    try:
        if path.is_symlink() or not path.is_file():
            raise RecordError(f"{path.parent} is not a record", "name a folder with an events.jsonl in it")
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
            _refuse_newer(data, path.parent)
            events.append(EVENT.validate_python(data))
        except (ValueError, ValidationError, RecursionError):
            last = number == len(lines)
            notes.append(f"line {number} {'was cut off' if last else 'cannot be read'} and is left out")
    return events, notes


def _refuse_newer(data: object, folder: Path) -> None:
    version = data.get("format", 1) if isinstance(data, dict) and data.get("type") == "asked" else 1
    if isinstance(version, int) and version > FORMAT:
        raise RecordError(
            f"{folder} has format {version}, and this version of aisre-nb reads formats up to {FORMAT}",
            "upgrade aisre-nb",
        )


def _whole_lines(path: Path) -> int:
    """Bytes up to and with the last line's end."""
    with path.open("rb") as file:
        place = file.seek(0, os.SEEK_END)
        while place > 0:
            start = max(place - 65_536, 0)
            file.seek(start)
            found = file.read(place - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            place = start
    return 0
