"""The pull requests of a repository whose remote is on this machine: list them, merge one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.sources import request_store
from aisre_nb.sources.git import Git, GitFailed, check_repository
from aisre_nb.sources.git_refs import safe_name
from aisre_nb.sources.remote import find_remote
from aisre_nb.times import rfc3339


def list_pull_requests(repository: Path) -> list[dict[str, Any]]:
    """All records of `request_store.FIELDS`, by number."""
    check_repository(repository)
    # Run aside: a person may call this in a notebook, where a loop runs already.
    remote = _run(repository)
    return request_store.read_all(request_store.store_folder(repository, remote))


def _run(repository: Path) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(find_remote(Git(repository)))).result()


async def merge_pull_request(repository: Path, number: int, who: str) -> str:
    """Merge it into its base, in the remote, by a merge commit; returns that commit.

    Raises `ToolError` where there is no such open request, `ChangeConflict` where it does not merge any more.
    """
    check_repository(repository)
    remote = await find_remote(Git(repository))
    if remote.folder is None:
        raise ToolError("the remote is not on this machine", "merge it where the repository is hosted")
    folder = request_store.store_folder(repository, remote)
    record = next((r for r in request_store.read_all(folder) if r["number"] == number), None)
    if record is None:
        raise ToolError(f"there is no pull request {number} in {folder}", "see: aisre-nb prs list")
    if record["state"] != "open":
        raise ToolError(f"pull request {number} is {record['state']} already")
    git = Git(remote.folder).with_environment(**identity(who))
    try:
        commit = await _merge(git, record, who)
    except GitFailed as error:
        raise ChangeConflict(f"pull request {number} cannot be merged: {error}", "look at the remote by hand") from None
    merged = {"state": "merged", "merge_commit": commit, "merged_by": who, "merged_at": rfc3339(datetime.now(UTC))}
    await asyncio.to_thread(request_store.replace, folder, {**record, **merged})
    return commit


async def _merge(git: Git, record: dict[str, Any], who: str) -> str:
    base_ref = f"refs/heads/{safe_name(record['base'], 'branch')}"
    branch_ref = f"refs/heads/{safe_name(record['branch'], 'branch')}"
    base = await git.text("rev-parse", "--verify", "--quiet", f"{base_ref}^{{commit}}")
    head = await git.text("rev-parse", "--verify", "--quiet", f"{branch_ref}^{{commit}}")
    if head != record["head_commit"]:
        raise ChangeConflict(
            f"branch {record['branch']} moved from {record['head_commit'][:12]} to {head[:12]} since it was proposed",
            "read what was added, then merge it by hand",
        )
    status, out = await git.outcome("merge-tree", "--write-tree", "--name-only", "-z", base, head, statuses=(0, 1))
    parts = out.decode("utf-8", "replace").split("\0")
    if status:
        files = ", ".join(sorted(set(parts[1 : parts.index("", 1)])))
        raise ChangeConflict(f"{record['branch']} conflicts with {record['base']} in {files}", "propose it again")
    title = " ".join(str(record["title"]).split())
    message = f"Merge pull request #{record['number']}: {title}\n\nMerged by {who}.\n"
    commit = await git.text("commit-tree", parts[0].strip(), "-p", base, "-p", head, "-F", "-", stdin=message.encode())
    # With the old value, so that a base that moved meanwhile is not overwritten.
    await git.output("update-ref", "-m", f"merge pull request {record['number']}", base_ref, commit, base)
    return commit


def identity(who: str) -> dict[str, str]:
    """Environment that makes ``who`` the author and committer."""
    name = "".join(c for c in who if c.isprintable() and c not in "<>").strip() or "aisre-nb"
    mail = "aisre-nb@localhost"
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": mail,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": mail,
    }
