"""A repository: what is read of it, what is proposed to it, and who runs a service's tests.

Each method raises `SourceUnreachable` when the backend fails, `SignalMissing` when it has no such signal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from aisre_nb.sources.base import Answer

if TYPE_CHECKING:
    from aisre_nb.evidence.change import ChangeView, FileChange


class CodeSource(Protocol):
    """A repository."""

    name: str

    async def diff(self, service: str, from_version: str, to_version: str) -> Answer:
        """One row a hunk: file, old_start, old_lines, new_start, new_lines, section, text, commit.

        ``text`` begins with the hunk's ``@@`` line.
        """
        ...

    async def file(self, path: str, version: str | None = None, service: str | None = None) -> Answer:
        """One row a line: line (from 1), text. ``path`` may be a suffix, as stack traces give it (``/app/x/y.py``).

        ``version``: a branch, tag, commit, or a version of ``service`` as its deployment names it; None is the main
        branch's head. The frame's ``attrs["path"]`` is the path in the repository.
        """
        ...

    async def files(self, service: str, version: str | None = None) -> Answer:
        """The texts of a service's folder: path (in the repository), text; ``attrs``: folder, commit."""
        ...

    async def blame(
        self, path: str, first: int, last: int, version: str | None = None, service: str | None = None
    ) -> Answer:
        """Who last touched these lines, one row a line: line, text, commit, author, time, subject, path (then).

        ``attrs["path"]`` as `file` has it.
        """
        ...

    async def is_in(self, commit: str, version: str, service: str) -> bool:
        """Whether a version of a service has that commit in its history."""
        ...

    async def preview_pull_request(self, request: PullRequest) -> ChangeView:
        """What the request would change; touches nothing. Raises `ToolError` when an edit does not apply."""
        ...

    async def open_pull_request(self, request: PullRequest) -> Answer:
        """Branch, commit, push, open. file, diff; ``attrs``: number, branch, url, state, commit, base."""
        ...

    async def preview_close(self, number: int) -> ChangeView:
        """What closing an open pull request takes away; changes nothing. Raises `ToolError` where it is not open."""
        ...

    async def close_pull_request(self, number: int, head: str) -> Mapping[str, Any]:
        """Close it and delete its branch; its record. Raises `ChangeConflict` where the branch left ``head``."""
        ...


@runtime_checkable
class CodeSearch(Protocol):
    """A `CodeSource` in which texts are found."""

    name: str

    async def search(self, text: str, service: str | None = None) -> Answer:
        """Lines of the main branch that hold the text, in any case: path, line (from 1; 0: not told), text."""
        ...


@runtime_checkable
class RequestChecks(Protocol):
    """A `CodeSource` whose pull requests are checked by programs."""

    name: str

    async def checks(self, number: int) -> Answer:
        """name, state, url; ``attrs``: number, commit. ``state``: waiting, running, passed, failed or skipped.

        Raises `ToolError` where there is no such open request.
        """
        ...


Tested = Literal["passed", "failed", "error", "skipped"]
"""What a test did."""


@dataclass(frozen=True)
class SuiteRun:
    """What a service's tests did on a tree."""

    results: Mapping[str, Tested]
    """By the test's id, ``tests.unit.test_totals.QuoteTest.test_a_coupon``."""
    broken: str = ""
    """Why there are no results; empty: they ran."""


class SuiteRunner(Protocol):
    """Runs a service's tests on trees that are only proposed, in a place of their own."""

    def run(self, texts: Mapping[str, str], only: Collection[str] = ()) -> SuiteRun:
        """``texts`` by path from the service's folder; ``only``: ids of tests, empty for all. Takes its time."""
        ...


@dataclass(frozen=True)
class Edit:
    """One replacement in one file: ``old`` must occur exactly once."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class PullRequest:
    """A change to propose to a repository."""

    kind: Literal["rollback", "fix", "runbook"]
    title: str
    body: str
    branch: str
    edits: tuple[Edit, ...]
    base: str = ""
    """Empty: the repository's main branch."""
    files: tuple[FileChange, ...] = ()
    """What was approved; opening compares them with the repository as it is and raises `ChangeConflict` if it moved."""
