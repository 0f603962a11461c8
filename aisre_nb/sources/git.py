"""Running git: argument vectors, no shell, no prompt, no hook, no program that a repository's settings name."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aisre_nb.errors import ConfigurationError, SourceUnreachable

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "core.pager=cat",
    "core.attributesFile=/dev/null",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "color.ui=false",
    "log.showSignature=false",
    "diff.external=",
    "submodule.recurse=false",
)
_USER_INFO = re.compile(r"://[^/@\s]+@")
_TIME_LIMIT = 60.0
"""Seconds for one command; the longest is a fetch or a push."""


class GitFailed(Exception):
    """A command ended with a status that its caller did not expect."""

    def __init__(self, arguments: tuple[str, ...], status: int, stderr: str) -> None:
        super().__init__(arguments, status, stderr)
        self.arguments = arguments
        self.status = status
        self.stderr = stderr

    def __str__(self) -> str:
        lines = [line for line in self.stderr.splitlines() if line.strip() and not line.startswith("hint:")]
        told = next((line for line in lines if line.startswith(("fatal:", "error:", "!"))), lines[-1] if lines else "")
        return f"git {self.arguments[0]} ended with {self.status}: {without_password(told.strip())[:300]}"


@dataclass(frozen=True)
class Git:
    """A repository (working tree or bare) and the way to ask it."""

    folder: Path
    settings: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def with_environment(self, **more: str) -> Git:
        """The same repository, with these variables (an index or an object store of its own)."""
        return Git(self.folder, self.settings, {**self.environment, **more})

    async def output(self, *arguments: str, stdin: bytes = b"", statuses: Collection[int] = (0,)) -> bytes:
        """Standard output. Raises `GitFailed` on another status, `SourceUnreachable` without git or in time."""
        return (await self.outcome(*arguments, stdin=stdin, statuses=statuses))[1]

    async def text(self, *arguments: str, stdin: bytes = b"", statuses: Collection[int] = (0,)) -> str:
        """Standard output as text, without the last line's end."""
        return (await self.output(*arguments, stdin=stdin, statuses=statuses)).decode("utf-8", "replace").rstrip("\n")

    async def outcome(self, *arguments: str, stdin: bytes = b"", statuses: Collection[int] = (0,)) -> tuple[int, bytes]:
        """Status and standard output. A cancelled call kills the command."""
        program = executable()
        settings = [part for setting in (*_SETTINGS, *self.settings) for part in ("-c", setting)]
        process = await asyncio.create_subprocess_exec(
            program,
            *settings,
            *arguments,
            cwd=self.folder,
            env={**_environment(self.folder), **self.environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            out, err = await asyncio.wait_for(process.communicate(stdin), _TIME_LIMIT)
        except TimeoutError:
            raise SourceUnreachable(
                f"git {arguments[0]} in {self.folder} took more than {_TIME_LIMIT:g} s",
                "see whether its remote answers",
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        status = process.returncode or 0
        if status not in statuses:
            raise GitFailed(arguments, status, err.decode("utf-8", "replace"))
        return status, out


def without_password(text: str) -> str:
    """``text`` without the user and password that an address in it carries."""
    return _USER_INFO.sub("://", text)


def executable() -> str:
    """The path of git. Raises `SourceUnreachable` where there is none."""
    program = shutil.which("git")
    if program is None:
        raise SourceUnreachable("git is not on the PATH", "install git: diffs and pull requests need it")
    return program


def _environment(folder: Path) -> dict[str, str]:
    # GIT_DIR and its like would send the command to another repository; the two kept ones only name settings files.
    kept = {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO"}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in kept}
    return {
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
        **inherited,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_PAGER": "cat",
        # A folder inside of another repository must not be taken for it.
        "GIT_CEILING_DIRECTORIES": str(folder.resolve().parent),
        "LC_ALL": "C",
    }


def check_repository(folder: Path) -> None:
    """Raise `ConfigurationError` where the folder is missing, or is no repository of its own."""
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {folder}", "name a folder that is a git repository")
    executable()
    if not (folder / ".git").exists() and not is_bare(folder):
        raise ConfigurationError(f"{folder} is not a git repository", "name the folder that holds .git")


def is_bare(folder: Path) -> bool:
    """Whether the folder is a bare repository."""
    return all((folder / name).exists() for name in ("HEAD", "objects", "refs")) and not (folder / ".git").exists()
