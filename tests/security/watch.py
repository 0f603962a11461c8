"""What is reached beyond the sources: connections, programs, files elsewhere; as Python's own audit sees it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_READ = (sys.prefix, sys.base_prefix, "/usr/", "/lib", "/proc/", "/sys/", "/dev/", "/etc/localtime", "/etc/timezone")
_OWN = (f"{Path(__file__).parents[2]}/",)
_GIT_READS = {
    "rev-parse", "cat-file", "ls-tree", "for-each-ref", "log", "diff", "fetch", "config", "show-ref", "symbolic-ref",
    "read-tree", "hash-object", "update-index", "write-tree", "rev-list", "merge-base", "remote", "check-ref-format",
    "show", "grep", "ls-remote", "status", "diff-tree",
}  # fmt: skip
"""Index and objects are written too, to a folder that is thrown away: that is held by what stands there afterwards."""
_GIT_OWN = {"--upload-pack=git-upload-pack"}
_GIT_NEVER = ("--upload-pack", "--receive-pack", "--output", "--exec", "--help", "-x", "ext::", "--config-env")
_PROGRAMS = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn", "webbrowser.open", "pickle.find_class")
_NETWORK = ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request")
_PATHS = {
    **{f"os.{name}": lambda a: (a[:1], a[-1:]) for name in ("remove", "rmdir", "mkdir", "chmod")},
    **{f"os.{name}": lambda a: (a[:2], a[-2:]) for name in ("rename", "link")},
    "os.symlink": lambda a: (a[1:2], a[2:3]),
}
"""Of what alters a folder: the paths, and the handles that they count from."""

_found: list[str] | None = None
_allowed: tuple[str, ...] = ()
_others: frozenset[int | None] = frozenset()
"""Threads that other tests left running, of servers that all tests share: what they do is not the attack's."""


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _found is None or threading.get_ident() in _others:
        return
    if event == "open":
        _opened(*arguments)
    elif event == "subprocess.Popen":
        _started(*arguments[:2])
    elif event in _PROGRAMS:
        _found.append(f"{event} {arguments!r}"[:200])
    elif event in _NETWORK:
        _found.append(f"{event} {arguments[1:]!r}"[:200])
    elif event in _PATHS:
        for path, folder in zip(*_PATHS[event](arguments), strict=True):
            if isinstance(path, str | bytes | os.PathLike) and not _within(path, _allowed, folder):
                _found.append(f"{event} {path!r}")


def _opened(path: Any, mode: Any, flags: Any) -> None:
    assert _found is not None
    if isinstance(path, int):
        return
    writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
    ways = (*_allowed, "/dev/null") if writes else (*_allowed, *_READ, *_OWN)
    if not _within(path, ways):
        _found.append(f"open {path!r} {mode}")


def _started(program: Any, words: Any) -> None:
    assert _found is not None
    words = [os.fsdecode(word) for word in words]
    command = words[1:]
    while command[:1] == ["-c"]:
        command = command[2:]
    git = os.fsdecode(program).rpartition("/")[2] == "git" and command[:1] and command[0] in _GIT_READS
    if not git or any(word.startswith(_GIT_NEVER) for word in {*command} - _GIT_OWN):
        _found.append(f"program {[words[0], *command]!r}"[:300])


def _within(path: Any, ways: tuple[str, ...], folder: Any = -1) -> bool:
    """Whether it lies below one of them; ``folder``: the handle that a relative name counts from."""
    name = os.fsdecode(path)
    if not name.startswith("/"):
        there = isinstance(folder, int) and folder >= 0
        name = f"{Path(f'/proc/self/fd/{folder}').readlink() if there else Path.cwd()}/{name}"
    return f"{os.path.realpath(name)}/".startswith(ways)


sys.addaudithook(_audit)


@contextmanager
def watched(*folders: Path) -> Iterator[list[str]]:
    """Collects what happens beyond these folders while it is open."""
    global _found, _allowed, _others
    _others = frozenset(thread.ident for thread in threading.enumerate()) - {threading.get_ident()}
    _allowed = tuple(f"{os.path.realpath(folder)}/" for folder in folders)
    _found = []
    try:
        yield _found
    finally:
        _found = None


def refusing(original: Any) -> Any:
    """In the place of what reaches for another host."""

    def refused(*arguments: Any, **more: Any) -> Any:
        if threading.get_ident() in _others:
            return original(*arguments, **more)
        if _found is not None:
            _found.append(f"network {arguments[1:]!r}"[:200])
        raise OSError("no network here")

    return refused


NETWORK = ((socket.socket, "connect"), (socket.socket, "connect_ex"), (socket, "getaddrinfo"))


def fingerprint(world: Path) -> dict[str, str]:
    """Every file of a world, and of its clone's repository what a read leaves alone: settings, hooks, branches."""
    import hashlib

    found: dict[str, str] = {}
    for file in sorted(world.rglob("*")):
        _, git, inner = str(file.relative_to(world)).partition("/.git/")
        own = not git or inner.startswith(("config", "hooks", "HEAD", "packed-refs", "refs/heads"))
        if file.is_file() and own:
            found[str(file.relative_to(world))] = hashlib.sha256(file.read_bytes()).hexdigest()
    for repository in ("remote.git", "repository/.git"):
        command = ["git", f"--git-dir={world / repository}", "for-each-ref", "refs/heads", "refs/tags", "refs/notes"]
        refs = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found[f"refs of {repository}"] = refs if repository == "remote.git" else refs.partition("refs/tags")[0]
    return found
