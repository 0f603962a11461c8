"""One writer a record: a locked file in its folder, with the writer's process id in it."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from aisre_nb.errors import RecordBusy


class Lock:
    """Held until `release`, or until the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Raises `RecordBusy` where somebody else writes, `OSError` where the file cannot be made."""
        self._handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            writer = os.read(self._handle, 20).decode("ascii", "replace").strip()
            os.close(self._handle)
            by = f" by process {writer}" if writer.isdigit() else ""
            raise RecordBusy(f"{folder} is being written{by}", "end that one, or ask in a new investigation") from None
        except OSError:
            os.close(self._handle)
            raise
        os.ftruncate(self._handle, 0)
        os.write(self._handle, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let others write."""
        with suppress(OSError):
            os.close(self._handle)
