"""The files of a commit: which are a service's, and which one a stack trace's path means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from aisre_nb.errors import ToolError
from aisre_nb.sources.git import Git
from aisre_nb.sources.manifests import Image, images, same_service

_LIBRARY = re.compile(r"(^|/)(site-packages|dist-packages|node_modules|vendor|lib/python[\d.]+)/|^<|^node:|^java\.")
_NOT_CODE = {"tests", "test", "docs", "doc", "examples", "node_modules", "vendor", ".github"}
_MANIFEST = (".yaml", ".yml")
_CANDIDATES = 8


@dataclass(frozen=True)
class Entry:
    """One file of a commit."""

    path: str
    mode: str
    """``100644``, ``100755`` (executable), ``120000`` (link) or ``160000`` (submodule)."""
    blob: str


async def tree(git: Git, commit: str) -> dict[str, Entry]:
    """All files of a commit, by path."""
    listing = await git.output("ls-tree", "-r", "-z", "--full-tree", commit)
    found = {}
    for line in listing.split(b"\0"):
        if line:
            head, _, name = line.partition(b"\t")
            mode, _, blob = head.decode().split(" ")
            path = name.decode("utf-8", "surrogateescape")
            found[path] = Entry(path, mode, blob)
    return found


async def blobs(git: Git, names: Sequence[str]) -> dict[str, bytes]:
    """The contents of these blobs, by hash."""
    if not names:
        return {}
    out = await git.output("cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
    found, at = {}, 0
    for name in names:
        end = out.index(b"\n", at)
        head = out[at:end].split(b" ")
        at = end + 1
        if head[-1] == b"missing":
            continue
        size = int(head[2])
        found[name] = out[at : at + size]
        at += size + 1
    return found


async def manifest_images(git: Git, files: dict[str, Entry]) -> dict[str, list[Image]]:
    """What each manifest of a commit deploys, by path."""
    entries = [entry for path, entry in files.items() if path.endswith(_MANIFEST) and entry.mode.startswith("100")]
    contents = await blobs(git, sorted({entry.blob for entry in entries}))
    found = {e.path: images(contents.get(e.blob, b"").decode("utf-8", "replace"), e.path) for e in entries}
    return {path: those for path, those in found.items() if those}


def service_folders(paths: Sequence[str], service: str) -> list[str]:
    """The outermost folders that bear the service's name; an exact name goes before ``cart-service`` for ``cart``."""
    folders = {str(parent) for path in paths for parent in PurePosixPath(path).parents if parent.name}
    candidates = [f for f in folders if not _NOT_CODE & set(PurePosixPath(f).parts)]
    found = [f for f in candidates if PurePosixPath(f).name == service]
    found = found or [f for f in candidates if same_service(PurePosixPath(f).name, service)]
    return sorted(f for f in found if not any(str(parent) in found for parent in PurePosixPath(f).parents))


def matching_path(path: str, paths: Sequence[str], preferred: Sequence[str] = ()) -> str:
    """The file that ``path`` means: itself, or the one with the longest common end, ``preferred`` folders first.

    Raises `ToolError`: library code, nothing like it, or several that fit equally well.
    """
    wanted = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    whole = "/".join(wanted)
    if whole in paths:
        return whole
    if _LIBRARY.search(path):
        raise ToolError(f"{path[:120]!r} is library code, not in this repository", "look at a frame of the service")
    by_length: dict[int, list[str]] = {}
    for candidate in paths:
        by_length.setdefault(_common_end(wanted, candidate.split("/")), []).append(candidate)
    by_length.pop(0, None)
    if not by_length:
        near = difflib.get_close_matches(whole, paths, n=3, cutoff=0.5)
        hint = f"there is {', '.join(near)}" if near else "name a path as the repository has it"
        raise ToolError(f"no file of the repository is {path[:120]!r}", hint)
    best = sorted(by_length[max(by_length)])
    if len(best) > 1:
        best = [c for c in best if any(c.startswith(f"{folder}/") for folder in preferred)] or best
    if len(best) > 1:
        more = f" and {len(best) - _CANDIDATES} more" if len(best) > _CANDIDATES else ""
        raise ToolError(f"{path[:120]!r} may be {', '.join(best[:_CANDIDATES])}{more}", "name one of them")
    return best[0]


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        count += 1
    return count
