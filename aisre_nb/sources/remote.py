"""Where a repository's branches are proposed: its origin, and what that has now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.sources.git import Git, GitFailed, is_bare
from aisre_nb.sources.git_refs import Refs, read_refs, safe_name

_KEPT = "refs/aisre/base/"
"""Where a fetched base is kept: no branch of the user's, no remote-tracking one, and no work tree is touched."""


@dataclass(frozen=True)
class Remote:
    """A repository's origin."""

    url: str
    """Empty: there is none, and branches stay in the repository itself."""
    folder: Path | None
    """Its git directory, where it is on this machine."""


async def find_remote(git: Git) -> Remote:
    """The origin of the repository."""
    try:
        url = await git.text("config", "--get", "remote.origin.url")
    except GitFailed:
        return Remote("", None)
    path = Path(unquote(urlsplit(url).path)) if url.startswith("file://") else Path(git.folder, url)
    if is_bare(path):
        return Remote(url, path.resolve())
    return Remote(url, (path / ".git").resolve() if (path / ".git").is_dir() else None)


async def base_commit(git: Git, remote: Remote, refs: Refs, branch: str, *, fresh: bool) -> str:
    """Where a branch is now. ``fresh`` insists on what the remote has; else what was last seen of it will do.

    A remote on this machine is always asked. Raises `ToolError` where there is no such branch, `SourceUnreachable`
    when the remote does not answer.
    """
    safe_name(branch, "branch")
    if remote.url and (fresh or remote.folder):
        try:
            return await _fetched(git, branch)
        except GitFailed as error:
            if fresh and "couldn't find remote ref" not in error.stderr:
                raise SourceUnreachable(f"the remote of {git.folder.name} does not answer: {error}") from None
    found = refs.branch(branch) if not (remote.url and fresh) else None
    if found is None:
        raise ToolError(f"there is no branch {branch!r} to start from", "name another base, or leave it empty")
    return found


async def _fetched(git: Git, branch: str) -> str:
    await git.output(
        "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--refmap=", "--force",
        "--upload-pack=git-upload-pack", "origin", f"refs/heads/{branch}:{_KEPT}{branch}",
    )  # fmt: skip
    return await git.text("rev-parse", "--verify", "--quiet", f"{_KEPT}{branch}^{{commit}}")


async def taken_branches(git: Git, remote: Remote) -> set[str]:
    """The names of the branches that are there already."""
    if not remote.url:
        refs = await read_refs(git)
        return {name.removeprefix("refs/heads/") for name in refs.commits if name.startswith("refs/heads/")}
    try:
        lines = await git.text("ls-remote", "--heads", "--upload-pack=git-upload-pack", "origin")
    except GitFailed as error:
        raise SourceUnreachable(f"the remote of {git.folder.name} does not answer: {error}") from None
    return {line.partition("\t")[2].removeprefix("refs/heads/") for line in lines.splitlines()}


def free_name(wanted: str, taken: set[str]) -> str:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3``, … that no branch has."""
    blocked = next((name for name in taken if wanted.startswith(f"{name}/")), None)
    if blocked:
        raise ToolError(f"no branch can be {wanted!r} while there is one {blocked!r}", "take another name")
    name, n = wanted, 1
    while name in taken or any(other.startswith(f"{name}/") for other in taken):
        n += 1
        name = f"{wanted}-{n}"
    return name
