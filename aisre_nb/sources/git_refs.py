"""Branches, tags and commits: what a name or a service's version stands for. Only full hashes go on from here."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.sources.git import Git, GitFailed

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+@-]{0,199}")
_HASH = re.compile(r"[0-9a-f]{7,64}")
_MAIN = ("main", "master", "trunk", "develop")


@dataclass(frozen=True)
class Refs:
    """Every branch and tag, with the commit it stands at."""

    commits: dict[str, str]
    """By full name: ``refs/tags/cart-0.1.0``."""
    head: str
    """What is checked out: a branch's full name, or empty."""
    default: str = ""
    """The remote's own default branch, as it was when it was cloned."""

    def tag(self, name: str) -> str | None:
        """The commit of that tag."""
        return self.commits.get(f"refs/tags/{name}")

    def branch(self, name: str) -> str | None:
        """The commit of that branch: what the remote has goes before a local one."""
        return self.commits.get(f"refs/remotes/origin/{name}") or self.commits.get(f"refs/heads/{name}")

    def main(self) -> str:
        """The main branch's name: the remote's default, a usual name, or what is checked out."""
        if self.default and self.branch(self.default):
            return self.default
        usual = next((name for name in _MAIN if self.branch(name)), "")
        return usual or self.head.removeprefix("refs/heads/")

    def tags(self) -> list[str]:
        """The names of all tags."""
        return [name.removeprefix("refs/tags/") for name in self.commits if name.startswith("refs/tags/")]


async def read_refs(git: Git) -> Refs:
    """All refs, tags peeled. Raises `SourceUnreachable`."""
    layout = "%(refname)%09%(objectname)%09%(*objectname)%09%(objecttype)%09%(*objecttype)%09%(symref)"
    try:
        lines = await git.text("for-each-ref", f"--format={layout}", "refs/heads", "refs/tags", "refs/remotes")
        _, head = await git.outcome("symbolic-ref", "--quiet", "HEAD", statuses=(0, 1))
    except GitFailed as error:
        raise SourceUnreachable(f"{git.folder}: {error}", "see what git says there by hand") from None
    commits, default = {}, ""
    for line in lines.splitlines():
        name, plain, peeled, kind, peeled_kind, target = line.split("\t")
        if name == "refs/remotes/origin/HEAD":
            default = target.removeprefix("refs/remotes/origin/")
        elif "commit" in (kind, peeled_kind):
            commits[name] = peeled or plain
    return Refs(commits, head.decode().strip(), default)


def safe_name(name: str, what: str = "name") -> str:
    """``name``, where it can be a branch or a tag: never an option, a range, or a way out. Raises `ToolError`."""
    parts = name.split("/")
    bad = (
        not _NAME.fullmatch(name)
        or ".." in name
        or "@{" in name
        or name.endswith(".")
        or any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
    )
    if bad:
        raise ToolError(f"{name[:80]!r} cannot be a {what}", "use letters, digits, dots, dashes and slashes")
    return name


def version_tags(service: str, version: str) -> list[str]:
    """The tags that may mark a version of a service, the most telling first."""
    bare = version.removeprefix("v")
    own = [f"{service}{sign}{v}{bare}" for sign in ("-", "/", "@", "_") for v in ("", "v")] if service else []
    return [*own, *([f"{service}/{service}-{bare}"] if service else []), version, f"v{bare}", bare]


def image_tag(version: str) -> str:
    """The tag of an image's name; a plain version stays as it is."""
    last = version.strip().split("@")[0].rpartition("/")[2]
    return last.partition(":")[2] or last


async def commit_named(git: Git, refs: Refs, name: str) -> str | None:
    """The commit that a branch, a tag or a (short) hash names."""
    found = refs.branch(name) or refs.tag(name) or refs.commits.get(name)
    if found or not _HASH.fullmatch(name):
        return found
    try:
        return await git.text("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    except GitFailed:
        return None


def unknown_version(version: str, service: str, refs: Refs, more: list[str], repository: Path) -> ToolError:
    """The error for a version that nothing names, with what comes near."""
    known = [*(tag for tag in refs.tags() if service in tag), *more]
    near = difflib.get_close_matches(version, known or refs.tags(), n=5, cutoff=0.3) or known[-5:] or refs.tags()[-5:]
    of = f" of {service}" if service else ""
    hint = f"there are {', '.join(dict.fromkeys(near))}" if near else "the repository has no tags: name a commit"
    return ToolError(f"{repository.name} knows no version {version[:80]!r}{of}", hint)
