"""Stands between us and a server that we started: a program of its own, of the standard library alone.

It ends the server, and all that the server started, when we are gone, however we went; and when it sends a line of more
than LINE bytes, or more than RATE lines in a second. What the server writes to standard error is kept to its end, and
printed once, when it is over.

    python -I guard.py PARENT LINE RATE COMMAND [ARGUMENT …]
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time

FLOODED = "ended, for it sent"
_CHUNK = 1 << 16
_TAIL = 4000
_LOOK = 0.5
"""Seconds between two looks whether our parent is still there."""
_GRACE = 1.5
"""Seconds that a server gets to end by itself once its input has ended."""


def main(parent: int, line: int, rate: int, command: list[str]) -> None:
    """Run it to its end."""
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    try:
        # Our own standard input is the server's: what we are sent reaches it without a copy.
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        return
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    assert child.stdout is not None and child.stderr is not None
    watched = _Watched(line, rate)
    why = _pass_on(child, child.stdout.fileno(), child.stderr.fileno(), wake, parent, watched)
    _end(child, 0.0 if why else _GRACE)
    sys.stderr.write(watched.tail.decode("utf-8", "replace") + (f"\n{why}" if why else ""))
    sys.stderr.flush()


class _Watched:
    """Counts what a server sends."""

    def __init__(self, line: int, rate: int) -> None:
        self.tail = b""
        self._line, self._rate = line, rate
        self._long, self._lines, self._since = 0, 0, 0.0

    def wrong(self, data: bytes) -> str:
        """Why it has to end; empty: it may go on."""
        if time.monotonic() - self._since > 1:
            self._since, self._lines = time.monotonic(), 0
        self._lines += data.count(b"\n")
        self._long = len(data) - data.rfind(b"\n") - 1 if b"\n" in data else self._long + len(data)
        if self._long > self._line:
            return f"{FLOODED} a line of more than {self._line} bytes"
        return f"{FLOODED} more than {self._rate} lines in a second" if self._lines > self._rate else ""


def _pass_on(
    child: subprocess.Popen[bytes], out: int, err: int, wake: int, parent: int, watched: _Watched
) -> str:  # fmt: skip
    """Until its output ends, it is gone, our parent is gone, or we are told to end; why, where it is to blame."""
    reading = {out, err}
    while out in reading:
        ready, _, _ = select.select([*reading, wake], [], [], _LOOK)
        if os.getppid() != parent or (wake in ready and signal.SIGTERM in os.read(wake, _CHUNK)):
            return ""
        if not ready and child.poll() is not None:
            # It is gone, and something that it started holds its output open.
            return ""
        for source in reading & set(ready):
            data = os.read(source, _CHUNK)
            if not data:
                reading.discard(source)
            elif source == err:
                watched.tail = (watched.tail + data)[-_TAIL:]
            elif why := watched.wrong(data):
                return why
            else:
                _forward(data)
    return ""


def _forward(data: bytes) -> None:
    with contextlib.suppress(OSError):
        while data:
            data = data[os.write(1, data) :]


def _end(child: subprocess.Popen[bytes], grace: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(grace)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if _leads():
        os.killpg(0, signal.SIGTERM)
    elif child.poll() is None:
        child.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(1.0)


def _leads() -> bool:
    """Whether our process group is our own: what is ended with us must be what we started."""
    return os.getpgrp() == os.getpid()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
    if _leads():
        # Whoever of it ignored the first signal, and we ourselves.
        os.killpg(0, signal.SIGKILL)
