"""Writes a history as a bare repository and a clone of it, with three runs of git."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aisre_nb.errors import ConfigurationError
from aisre_nb.sandbox.names import Names
from aisre_nb.sandbox.repository.history import Commit


@dataclass(frozen=True)
class Committed:
    """A commit as it was written."""

    hash: str
    at: datetime
    author: str
    message: str
    files: tuple[str, ...]


def write_repository(folder: Path, commits: Sequence[Commit], now: datetime, names: Names) -> list[Committed]:
    """``folder/remote.git`` and ``folder/repository``, in the commits' order.

    The clone finds its remote by a relative path, so that the folder may be moved. Raises `ConfigurationError` where
    git is missing or too old.
    """
    remote = folder / "remote.git"
    _git(folder, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", "remote.git")
    marks = folder / "marks"
    _git(
        folder, "--git-dir=remote.git", "fast-import", "--quiet", "--date-format=raw", f"--export-marks={marks}",
        stdin=b"".join(_stream(commits, now, names)),
    )  # fmt: skip
    _git(folder, "clone", "--quiet", "--template=", "--no-hardlinks", "remote.git", "repository")
    config = folder / "repository" / ".git" / "config"
    text = config.read_text(encoding="utf-8").replace(str(remote), "../remote.git")
    config.write_text(text, encoding="utf-8")
    hashes = dict(line.split() for line in marks.read_text(encoding="ascii").splitlines())
    marks.unlink()
    return [
        Committed(
            hash=hashes[f":{n}"],
            at=_instant(commit, now),
            author=commit.author,
            message=names.text(commit.message),
            files=tuple(names.text(path) for path in commit.files),
        )
        for n, commit in enumerate(commits, start=1)
    ]


def _instant(commit: Commit, now: datetime) -> datetime:
    return (now - timedelta(minutes=commit.minutes)).replace(microsecond=0)


def _stream(commits: Sequence[Commit], now: datetime, names: Names) -> Iterable[bytes]:
    """The commits in the language of ``git fast-import``."""
    for n, commit in enumerate(commits, start=1):
        mail = commit.author.lower().replace(" ", ".") + "@shop.example"
        who = f"{commit.author} <{mail}> {int(_instant(commit, now).timestamp())} +0000"
        yield f"commit refs/heads/main\nmark :{n}\nauthor {who}\ncommitter {who}\n".encode()
        yield _data(names.text(commit.message) + "\n")
        for path, text in sorted(commit.files.items()):
            yield f"M 100644 inline {names.text(path)}\n".encode() + _data(names.text(text))
        yield b"\n"
        for tag in commit.tags:
            yield f"reset refs/tags/{names.text(tag)}\nfrom :{n}\n\n".encode()


def _data(text: str) -> bytes:
    raw = text.encode()
    return f"data {len(raw)}\n".encode() + raw + b"\n"


def environment() -> dict[str, str]:
    """For git: a person's own settings (signing, hooks, line ends, templates) must not reach the shop's history."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    more = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    return environ | more


def _git(folder: Path, *arguments: str, stdin: bytes = b"") -> None:
    command = ["git", "-c", "core.autocrlf=false", "-c", "gc.auto=0", *arguments]
    try:
        subprocess.run(command, cwd=folder, env=environment(), input=stdin, capture_output=True, check=True)
    except FileNotFoundError:
        raise ConfigurationError("git is not installed, and the shop has a repository", "install git") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip()[-300:]
        raise ConfigurationError(f"git {arguments[0]} failed: {said}", "git 2.28 or newer is needed") from None
