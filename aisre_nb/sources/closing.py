"""A pull request that was opened is taken back: closed, and its branch deleted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.sources import request_store
from aisre_nb.sources.git import Git, GitFailed
from aisre_nb.sources.git_refs import safe_name
from aisre_nb.sources.remote import Remote, find_remote
from aisre_nb.times import rfc3339


@dataclass(frozen=True)
class Open:
    """A pull request that is open."""

    folder: Path
    """Where its record is kept."""
    record: dict[str, Any]
    remote: Remote


async def find_open(git: Git, number: int) -> Open:
    """Raises `ToolError` where it is not there, or not open any more."""
    remote = await find_remote(git)
    folder = request_store.store_folder(git.folder, remote)
    record = next((r for r in request_store.read_all(folder) if r["number"] == number), None)
    if record is None:
        raise ToolError(f"there is no pull request {number}", "see: aisre-nb prs list")
    if record["state"] == "merged":
        raise ToolError(f"pull request {number} is merged already", "propose one that takes its change back")
    if record["state"] != "open":
        raise ToolError(f"pull request {number} is {record['state']} already")
    return Open(folder, record, remote)


async def close(git: Git, number: int, head: str) -> dict[str, Any]:
    """Delete its branch where it still is at ``head``, and say in its record that it is closed.

    Raises `ChangeConflict` where somebody pushed to the branch meanwhile: what they wrote is not thrown away.
    """
    found = await find_open(git, number)
    branch = safe_name(found.record["branch"], "branch")
    ref = f"refs/heads/{branch}"
    try:
        if found.remote.url:
            await git.output(
                "push", "--no-verify", "--recurse-submodules=no", "--receive-pack=git-receive-pack",
                f"--force-with-lease={ref}:{head}", "origin", f":{ref}",
            )  # fmt: skip
        else:
            await git.output("update-ref", "-d", ref, head)
    except GitFailed as error:
        if "stale info" in error.stderr or "cannot lock ref" in error.stderr:
            raise ChangeConflict(f"branch {branch} is not at {head[:12]} any more", "look at it by hand") from None
        if "does not exist" not in error.stderr:
            raise ToolError(f"the remote kept the branch: {error}", "delete it by hand") from None
    closed = {**found.record, "state": "closed", "closed_at": rfc3339(datetime.now(UTC))}
    await asyncio.to_thread(request_store.replace, found.folder, closed)
    return closed
