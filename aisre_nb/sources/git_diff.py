"""The hunks between two commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.git import Git

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["file", "old_start", "old_lines", "new_start", "new_lines", "section", "text", "commit"]


def diff_arguments(before: str, after: str, paths: Sequence[str]) -> list[str]:
    """The command for the differences of two commits or trees in these paths (none: everywhere)."""
    return [
        "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--find-renames", "--unified=3", "--src-prefix=a/",
        "--dst-prefix=b/", "--submodule=short", before, after, "--", *paths,
    ]  # fmt: skip


async def hunks(git: Git, before: str, after: str, paths: Sequence[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The frame of `CodeSource.diff`, and a note for each file whose change has no lines."""
    import pandas as pd

    text = (await git.output(*diff_arguments(before, after, paths))).decode("utf-8", "replace")
    commits = await _last_commits(git, before, after, paths)
    rows, notes = hunk_rows(text, commits, f"git's diff of {before[:12]} and {after[:12]}")
    return pd.DataFrame(rows, columns=COLUMNS), tuple(notes)


def hunk_rows(text: str, commits: Mapping[str, str], whose: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of `CodeSource.diff` from a unified diff, and a note for each file whose change has no lines.

    ``commits``: by path. ``whose``: as an error names it. Raises `SourceUnreachable`.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    try:
        patch = PatchSet(text)
    except UnidiffParseError as error:
        raise SourceUnreachable(f"{whose} cannot be read: {error}") from None
    rows, notes = [], []
    for file in patch:
        if not len(file):
            notes.append(no_lines(file.path))
        rows += [
            {
                "file": file.path,
                "old_start": hunk.source_start,
                "old_lines": hunk.source_length,
                "new_start": hunk.target_start,
                "new_lines": hunk.target_length,
                "section": hunk.section_header,
                "text": str(hunk).rstrip("\n"),
                "commit": commits.get(file.path, ""),
            }
            for hunk in file
        ]
    return rows, notes


def no_lines(path: str) -> str:
    """The note for a file whose change has no lines."""
    return f"{path} changed without lines to show (binary, renamed or empty)"


async def _last_commits(git: Git, before: str, after: str, paths: Sequence[str]) -> dict[str, str]:
    """Which commit between the two touched each file last."""
    out = await git.output(
        "log", "-z", "--name-only", "--no-ext-diff", "--no-textconv", "--no-renames", "--format=%x01%H",
        f"{before}...{after}", "--", *paths,
    )  # fmt: skip
    found: dict[str, str] = {}
    commit = ""
    for token in out.decode("utf-8", "surrogateescape").split("\0"):
        name = token.lstrip("\n")
        if name.startswith("\x01"):
            commit = name[1:]
        elif name:
            found.setdefault(name, commit)
    return found
