"""The child of `trial.py`: runs a service's source and says what it does. Nothing else imports this."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

_SECONDS, _BYTES, _FILE = 15, 3 << 30, 1 << 20
_REFUSED = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.kill", "os.putenv",
    "pty.", "ctypes.", "ftplib.", "http.client.", "urllib.", "smtplib.", "webbrowser.", "os.symlink",
    "os.link", "signal.", "sys.addaudithook", "code.__new__", "mmap.",
)  # fmt: skip
_CHANGES = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.truncate", "os.utime")
_READABLE = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)


def main() -> None:
    """Read what is wanted from standard input, write what was found to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    # What the source prints is nobody's.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    wanted = json.load(sys.stdin)
    limit()
    from aisre_nb.sandbox.asked import Asked
    from aisre_nb.sandbox.names import Names
    from aisre_nb.sandbox.repository.source import loaded
    from aisre_nb.sandbox.services import NAMES

    asked = Asked.read(wanted["asked"])
    names, service = Names(asked.names, NAMES), wanted["service"]
    probes = {n: coded for n, coded in enumerate(asked.thrown()[1].coded) if names.text(coded.service) == service}
    said: dict[str, Any] = {}
    try:
        with loaded(wanted["texts"], service, names, guard) as (source, as_logged):
            source.begin()
            for n, coded in probes.items():
                found = coded.probe(source)
                said[str(n)] = asdict(as_logged(found)) if isinstance(found, BaseException) else found
            _say(out, {"said": said, "broken": ""})
    except BaseException as error:
        _say(out, {"said": {}, "broken": f"{type(error).__name__}: {error}"[:400]})


def _say(out: BinaryIO, told: Mapping[str, Any]) -> None:
    out.write(json.dumps(told).encode())
    out.flush()
    # Whatever the source left running ends here.
    os._exit(0)


def limit() -> None:
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_AS, _BYTES),
        (resource.RLIMIT_FSIZE, _FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most, most) if hard == resource.RLIM_INFINITY or hard > most else (hard, hard))


def guard(folder: Path) -> None:
    """From now on: no network, no program, no file but the libraries' and the folder's own."""
    paths = sysconfig.get_paths()
    libraries = {str(Path(path).resolve()) for path in (*paths.values(), *sys.path) if path} - {"/"}
    readable = (*(f"{path}{os.sep}" for path in (*libraries, folder)), os.devnull, "/dev/urandom")
    writable = (f"{folder}{os.sep}", os.devnull)
    real: Callable[[Any], str] = os.path.realpath

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(f"{event} is not possible while source is tried")
        if event == "sqlite3.connect" and arguments[0] != ":memory:":
            raise PermissionError("only a database in memory")
        if event in _CHANGES and not real(os.fspath(arguments[0])).startswith(writable):
            raise PermissionError(f"{event} of a file elsewhere")
        if event == "open" and not isinstance(arguments[0], int):
            reads = not arguments[2] & ~_READABLE
            if not f"{real(os.fspath(arguments[0]))}{os.sep}".startswith(readable if reads else writable):
                raise PermissionError(f"{arguments[0]!r} is elsewhere")

    sys.addaudithook(hook)
