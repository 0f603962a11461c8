"""Who decided what: an append-only file, each line of which holds the hash of the one before it.

A line that is changed, taken out or put in breaks the chain from there on. Lines that are cut off at the end leave it
whole; records that speak of them tell.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aisre_nb.errors import RecordError
from aisre_nb.evidence.digest import canonical

FIRST = "0" * 64
"""What the first line says of the one before it."""


class Audit:
    """One file for all investigations of a project; many processes may append."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entry: Mapping[str, Any]) -> str:
        """Write one entry; it is on disk when this returns. Returns its hash. Raises `RecordError`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            handle = os.open(self.path, flags, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX)
                return _appended(handle, entry)
            finally:
                os.close(handle)
        except OSError as error:
            raise RecordError(
                f"{self.path} cannot be written: {error.strerror}", "without it nothing is changed; free some space"
            ) from None

    def entries(self) -> list[dict[str, Any]]:
        """All that can be read, in order."""
        return [entry for _, entry in self._lines() if isinstance(entry, dict)]

    def problems(self) -> Iterator[str]:
        """One line for each place at which the chain does not hold."""
        before, number = FIRST, 0
        for line, entry in self._lines():
            if not isinstance(entry, dict) or "hash" not in entry:
                yield f"line {line} is no entry"
                before = ""
                continue
            number += 1
            if entry.get("hash") != _hash(entry):
                yield f"line {line} was changed: its hash is another one"
            if before and entry.get("previous") != before:
                yield f"line {line} does not follow the line before it: something was changed, taken out or put in"
            elif entry.get("n") != number:
                yield f"line {line} is entry {entry.get('n')}, not {number}"
                number = entry["n"] if isinstance(entry.get("n"), int) else number
            before = str(entry.get("hash"))

    def _lines(self) -> Iterator[tuple[int, Any]]:
        if not self.path.exists():
            return
        try:
            lines = self.path.read_bytes().split(b"\n")
        except OSError as error:
            raise RecordError(f"{self.path} cannot be read: {error.strerror}", "see who may read it") from None
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                yield number, None


def _appended(handle: int, entry: Mapping[str, Any]) -> str:
    size = os.fstat(handle).st_size
    last = _last(handle, size)
    whole: dict[str, Any] = {
        "n": int(last.get("n", 0)) + 1,
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        **entry,
        "previous": str(last.get("hash", FIRST)),
    }
    whole["hash"] = _hash(whole)
    line = canonical(whole).encode("utf-8", "replace") + b"\n"
    if size and os.pread(handle, 1, size - 1) != b"\n":
        # What a crash left of a line stands by itself.
        line = b"\n" + line
    try:
        written = 0
        while written < len(line):
            written += os.pwrite(handle, line[written:], size + written)
        os.fsync(handle)
    except OSError:
        os.ftruncate(handle, size)
        raise
    return str(whole["hash"])


def _last(handle: int, size: int) -> dict[str, Any]:
    """The last entry that can be read."""
    step = 1 << 16
    while True:
        start = max(size - step, 0)
        lines = os.pread(handle, size - start, start).split(b"\n")
        for line in reversed(lines if start == 0 else lines[1:]):
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(found, dict) and isinstance(found.get("hash"), str) and isinstance(found.get("n"), int):
                return found
        if start == 0:
            return {}
        step *= 4


def _hash(entry: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical({k: v for k, v in entry.items() if k != "hash"}).encode()).hexdigest()
