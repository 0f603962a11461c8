"""What a change would do, as a person is shown it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FileChange:
    """One file of a change, whole, before and after."""

    path: str
    before: str | None
    """None where the file is new."""
    after: str | None
    """None where the file is deleted."""
    diff: str
    """Unified diff of the two."""


@dataclass(frozen=True)
class ChangeView:
    """What a person is shown before a change; a decision is bound to the digest of all of it."""

    title: str
    body: str
    scope: str
    """What it touches: ``"repository shop, branch aisre/rollback-cart"``."""
    files: tuple[FileChange, ...] = ()
    editable: tuple[str, ...] = ()
    """Arguments that the person may edit in the card: ``("title", "body")``."""
    rows: tuple[tuple[str, str, str], ...] = ()
    """What, before, after: ``("replicas of cart", "3", "6")``, for a change that is no file."""
    hunks: bool = False
    """Whether the person may leave out and edit single hunks of the files."""
