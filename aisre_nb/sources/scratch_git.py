"""Differences as git itself writes them, of contents that no repository here has."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aisre_nb.sources.git import Git
from aisre_nb.sources.git_diff import diff_arguments


@dataclass(frozen=True)
class Versions:
    """A file before and after; None: it was not there."""

    path: str
    before: bytes | None
    after: bytes | None
    mode: str = "100644"
    before_path: str = ""
    """Where it was before, if elsewhere."""


async def differences(files: Sequence[Versions]) -> list[str]:
    """The unified diff of each, in a repository that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="aisre-diff-") as place:
        git = Git(Path(place))
        await git.output("init", "--bare", "--quiet", "--template=", ".")
        before, after = [await _tree(git, files, late) for late in (False, True)]
        found = []
        for file in files:
            paths = list(dict.fromkeys([file.before_path or file.path, file.path]))
            found.append((await git.output(*diff_arguments(before, after, paths))).decode("utf-8", "replace"))
        return found


async def _tree(git: Git, files: Sequence[Versions], late: bool) -> str:
    lines = []
    for file in files:
        content = file.after if late else file.before
        if content is not None:
            path = file.path if late else file.before_path or file.path
            blob = await git.text("hash-object", "-w", "--no-filters", "--stdin", stdin=content)
            lines.append(f"{file.mode} {blob}\t{path}\0".encode("utf-8", "surrogateescape"))
    await git.output("read-tree", "--empty")
    await git.output("update-index", "-z", "--add", "--index-info", stdin=b"".join(lines))
    return await git.text("write-tree")
