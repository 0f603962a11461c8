"""The hunks between two commits: the host's own where it gives them, else made here of the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aisre_nb.sources.forge.host import Compared, Patched
from aisre_nb.sources.forge.places import within
from aisre_nb.sources.forge.state import State
from aisre_nb.sources.git_diff import hunk_rows, no_lines
from aisre_nb.sources.git_tree import Entry
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.manifests import same_service
from aisre_nb.sources.scratch_git import Versions, differences

_MADE = 200
"""Files whose differences are made here."""
_ASKED = 40
"""Files of which it is asked which commit touched them last."""

Wanted = Callable[[str], bool]


async def paths_of(state: State, service: str, *commits: str) -> tuple[list[str], tuple[str, ...]]:
    """A service's folders and the manifests that deploy it; none means all of the repository, with a note on why."""
    trees = await gathered(state.tree(commit) for commit in commits)
    folders = state.places.folders(service, [path for tree in trees for path in tree])
    if not folders:
        return [], (f"no folder bears the name {service!r}: these are the differences of the whole repository",)
    if folders == [""]:
        return [], ()
    manifests = {
        path
        for tree in trees
        for path, those in (await state.manifests(tree, service)).items()
        if any(same_service(image.service, service) for image in those)
    }
    return sorted([*folders, *(m for m in manifests if not any(within(m, f) for f in folders))]), ()


async def hunks(state: State, before: str, after: str, wanted: Wanted) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of `CodeSource.diff`, by path, and notes on what has no lines to show."""
    compared = await state.host.compare(before, after)
    notes: list[str] = []
    if compared is None:
        compared, notes = await _from_trees(state, before, after, wanted)
    files = [file for file in compared.files if wanted(file.path) or wanted(file.before)]
    texts = {file.path: _whole(file) for file in files if file.hunks is not None}
    texts |= await _made(state, [file for file in files if file.hunks is None], before, after)
    commits = await _last(state, list(texts), after, compared.commits)
    rows: list[dict[str, Any]] = []
    for path in sorted(texts):
        if texts[path]:
            found, more = hunk_rows(texts[path], {}, f"the difference of {path[:120]} at {state.host.repository}")
            rows += [{**row, "file": path, "commit": commits.get(path, "")} for row in found]
            notes += [no_lines(path)] if more else []
        else:
            notes.append(no_lines(path))
    return rows, notes


def _whole(file: Patched) -> str:
    """A head for hunks that come without one; names of the repository could break its form."""
    return f"--- a/x\n+++ b/x\n{file.hunks}\n" if file.hunks else ""


async def _from_trees(state: State, before: str, after: str, wanted: Wanted) -> tuple[Compared, list[str]]:
    old, new = await state.tree(before), await state.tree(after)
    moved = [path for path in sorted({*old, *new}) if wanted(path) and _id(old, path) != _id(new, path)]
    notes = [f"{len(moved) - _MADE} more files differ, and are not shown"] if len(moved) > _MADE else []
    return Compared(tuple(Patched(path, path, None) for path in moved[:_MADE]), frozenset()), notes


async def _made(state: State, files: list[Patched], before: str, after: str) -> dict[str, str]:
    if not files:
        return {}
    old, new = await state.tree(before), await state.tree(after)
    names = [e.blob for f in files for e in (old.get(f.before), new.get(f.path)) if e and e.mode[:3] in ("100", "120")]
    contents = await state.blobs(names)
    versions = [
        Versions(f.path, _content(contents, old.get(f.before)), _content(contents, new.get(f.path)),
                 before_path=f.before)
        for f in files
    ]  # fmt: skip
    texts = await differences(versions)
    # git's own head names the file in a form that need not be its path.
    return {file.path: _hunks_alone(text) for file, text in zip(files, texts, strict=True)}


def _hunks_alone(text: str) -> str:
    at = text.find("\n@@")
    return f"--- a/x\n+++ b/x\n{text[at + 1 :]}" if at >= 0 else ""


def _content(contents: Mapping[str, bytes], entry: Entry | None) -> bytes | None:
    return None if entry is None else contents.get(entry.blob)


def _id(files: Mapping[str, Entry], path: str) -> tuple[str, str]:
    entry = files.get(path)
    return (entry.mode, entry.blob) if entry else ("", "")


async def _last(state: State, paths: list[str], after: str, between: frozenset[str]) -> dict[str, str]:
    """Which commit between the two touched each file last."""
    asked = paths[:_ASKED] if between else []
    found = await gathered(state.host.history(after, path, most=1) for path in asked)
    return {
        path: commits[0].sha
        for path, commits in zip(asked, found, strict=True)
        if commits and commits[0].sha in between
    }
