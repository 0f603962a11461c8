"""The few questions that one repository on a host of code must answer; all else is made of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aisre_nb.sources.git_tree import Entry

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True)
class Project:
    """The repository itself."""

    default: str
    """Its default branch; nothing is ever written there."""
    page: str
    """Its address for people."""
    may: str
    """What the token may do there: ``"read and push"``."""


@dataclass(frozen=True)
class Commit:
    """One commit."""

    sha: str
    parents: tuple[str, ...]
    time: datetime
    """When it was committed."""
    author: str
    subject: str


@dataclass(frozen=True)
class Patched:
    """One file of a comparison."""

    path: str
    before: str
    """Its path before."""
    hunks: str | None
    """From its first ``@@`` on; empty where it has no lines to show, None where the host left them out."""


@dataclass(frozen=True)
class Compared:
    """What differs between two commits."""

    files: tuple[Patched, ...]
    commits: frozenset[str]
    """The commits between the two, as far as the host lists them."""


@dataclass(frozen=True)
class Blamed:
    """A run of lines that one commit last touched."""

    first: int
    last: int
    sha: str
    author: str
    time: datetime
    subject: str


@dataclass(frozen=True)
class Deployed:
    """One deployment that the host was told of."""

    time: datetime
    environment: str
    ref: str
    sha: str
    author: str
    title: str
    service: str = ""
    """As its payload names it."""


@dataclass(frozen=True)
class Request:
    """A pull request; on GitLab a merge request."""

    number: int
    title: str
    state: str
    """"open", "closed" or "merged"."""
    branch: str
    base: str
    head: str
    """The commit of its branch."""
    url: str
    draft: bool = False


@dataclass(frozen=True)
class Found:
    """A line that a search found."""

    path: str
    line: int
    """From 1; 0 where the host does not tell."""
    text: str


@dataclass(frozen=True)
class CheckRun:
    """One check of a commit."""

    name: str
    state: str
    """"waiting", "running", "passed", "failed" or "skipped"."""
    url: str


@dataclass(frozen=True)
class Wanted:
    """What a pull request is opened with."""

    title: str
    body: str
    branch: str
    base: str
    draft: bool
    labels: tuple[str, ...]
    reviewers: tuple[str, ...]
    """People and teams as CODEOWNERS writes them: ``@ann``, ``@acme/cart``."""


class Host(Protocol):
    """One repository. Methods raise `SourceUnreachable`, or `ToolError` where the question is wrong."""

    repository: str
    """``"acme/shop"``."""
    kind: str
    """``"GitHub"``."""

    async def project(self) -> Project: ...

    async def branch(self, name: str) -> str | None:
        """The commit of a branch."""
        ...

    async def tags(self) -> tuple[Mapping[str, str], bool]:
        """Commits by tag, and whether these are all."""
        ...

    async def commit(self, ref: str) -> Commit | None:
        """What a branch, a tag or a hash names."""
        ...

    async def tree(self, sha: str) -> dict[str, Entry]:
        """All files of a commit."""
        ...

    async def blob(self, sha: str) -> bytes: ...

    async def content(self, path: str, sha: str) -> bytes | None:
        """A file at a commit."""
        ...

    async def compare(self, before: str, after: str) -> Compared | None:
        """None: the host does not compare these two as they stand, or leaves files out."""
        ...

    async def contains(self, sha: str, other: str) -> bool:
        """Whether ``other`` has ``sha`` in its history."""
        ...

    async def history(self, sha: str, path: str = "", since: datetime | None = None, most: int = 100) -> list[Commit]:
        """Newest first; with a path, those that touched it."""
        ...

    async def touched(self, sha: str) -> list[str]:
        """The paths that a commit changed, against its first parent."""
        ...

    async def blame(self, path: str, sha: str, first: int, last: int) -> list[Blamed] | None:
        """None: the host does not tell."""
        ...

    async def deployments(self, since: datetime) -> list[Deployed]:
        """Newest first, and of each environment the last one before ``since``."""
        ...

    async def search(self, text: str) -> list[Found]:
        """In the default branch."""
        ...

    async def write(
        self, branch: str, parent: str, files: Sequence[tuple[str, str, str]], new: Sequence[str], message: str
    ) -> str:
        """One commit on a new branch; its hash. ``files``: path, mode, text; ``new``: the paths that were not there.

        Raises `ChangeConflict` where there is a branch of that name.
        """
        ...

    async def request_of(self, branch: str) -> Request | None:
        """The open one of a branch of this repository."""
        ...

    async def request(self, number: int) -> Request | None: ...

    async def open(self, wanted: Wanted) -> tuple[Request, tuple[str, ...]]:
        """It, and a note for each thing that the host refused of it."""
        ...

    async def close(self, number: int) -> None: ...

    async def delete_branch(self, name: str) -> None: ...

    async def checks(self, sha: str) -> list[CheckRun]: ...


def is_sha(text: str) -> bool:
    """Whether it is a whole hash."""
    return bool(_SHA.fullmatch(text))


def sha(value: object) -> str:
    """A whole hash as a host sends it. Raises `ValueError`: nothing else goes into an address."""
    if not isinstance(value, str) or not is_sha(value):
        raise ValueError("no hash")
    return value
