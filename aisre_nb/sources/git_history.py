"""Deployments as git knows them: commits of the main line that gave a manifest another image tag."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aisre_nb.sources.git import Git
from aisre_nb.sources.git_tree import blobs
from aisre_nb.sources.manifests import images, same_service
from aisre_nb.times import Window, instant, rfc3339

_SLACK = timedelta(days=7)
"""git stops at the first commit that is too old; commits of one line need not be in the order of time."""
_COMMITS = 5000
"""Commits that are looked at; what was deployed before them is out of reach."""


@dataclass(frozen=True)
class ManifestChange:
    """One file of one commit."""

    commit: str
    time: str
    author: str
    subject: str
    path: str
    before: str
    """The blob; all zeros where there was none."""
    after: str


async def manifest_changes(git: Git, commit: str, since: Window | None = None) -> list[ManifestChange]:
    """Every change of a YAML file on the main line that ends at ``commit``, newest first.

    A merge counts as one change, at the time when it was merged.
    """
    # Patterns are wanted here and nowhere else; no word of them comes from outside.
    globbing = git.with_environment(GIT_LITERAL_PATHSPECS="0")
    span = [f"--max-count={_COMMITS}", *([f"--since={rfc3339(since.start - _SLACK)}"] if since else [])]
    out = await globbing.output(
        "log", "--first-parent", "--diff-merges=first-parent", "--root", "--raw", "-z", "--no-abbrev", "--no-renames",
        "--no-ext-diff", "--no-textconv", "--format=%H%x1f%cI%x1f%aN%x1f%s", *span, commit, "--",
        ":(glob)**/*.yaml", ":(glob)**/*.yml",
    )  # fmt: skip
    found = []
    head = ("", "", "", "")
    raw: list[str] | None = None
    for token in out.decode("utf-8", "surrogateescape").split("\0"):
        entry = token.lstrip("\n")
        if raw is not None:
            found.append(ManifestChange(*head, path=token, before=raw[2], after=raw[3]))
            raw = None
        elif entry.startswith(":"):
            raw = entry.split(" ")
        elif entry:
            parts = entry.split("\x1f", 3)
            head = (parts[0], parts[1], parts[2], parts[3])
    return found


async def deployments(git: Git, commit: str, window: Window | None, service: str | None) -> list[dict[str, Any]]:
    """Rows of `ChangeSource.changes`: one for each service whose image tag a commit changed.

    A commit that changed a manifest and no tag in it is a change of kind "config".
    """
    changes = [c for c in await manifest_changes(git, commit, window) if _inside(c, window)]
    names = sorted({blob for c in changes for blob in (c.before, c.after) if blob.strip("0")})
    contents = await blobs(git, names)
    rows = []
    for change in changes:
        before = _tags(contents.get(change.before, b""), change.path)
        after = _tags(contents.get(change.after, b""), change.path)
        moved = {name for name in before | after if before.get(name) != after.get(name)}
        rows += [
            {
                "time": instant(change.time),
                "kind": "deployment" if moved else "config",
                "service": name,
                "title": change.subject,
                "from": before.get(name, "") if moved else "",
                "to": after.get(name, "") if moved else "",
                "commit": change.commit,
                "manifest": change.path,
                "author": change.author,
            }
            for name in sorted(moved or after)
            if service is None or same_service(name, service)
        ]
    return rows


def _inside(change: ManifestChange, window: Window | None) -> bool:
    return window is None or window.start <= instant(change.time) < window.end


def _tags(content: bytes, path: str) -> dict[str, str]:
    return {image.service: image.tag for image in images(content.decode("utf-8", "replace"), path)}
