"""What a pull request would change, computed beside the user's work tree and index, and written without them."""

from __future__ import annotations

import difflib
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aisre_nb.errors import ChangeConflict, ToolError
from aisre_nb.evidence.change import FileChange
from aisre_nb.sources.code_source import Edit, PullRequest
from aisre_nb.sources.git import Git
from aisre_nb.sources.git_diff import diff_arguments
from aisre_nb.sources.git_tree import Entry, blobs, tree

_WORDS = re.compile(r"[^a-z0-9.]+")


@dataclass(frozen=True)
class Proposal:
    """A change on a base commit."""

    base: str
    tree: str
    """The hash of the changed tree; in the repository only after `write`."""
    files: tuple[FileChange, ...]


def branch_name(request: PullRequest) -> str:
    """The branch that was asked for, or one from kind and title."""
    if request.branch:
        return request.branch
    words = _WORDS.sub("-", request.title.lower()).strip("-.")[:48].strip("-.") or "change"
    words = re.sub(r"\.{2,}|\.(?=-)|(?<=-)\.", "", words).removesuffix(".lock")
    return f"aisre/{words if words.startswith(request.kind) else f'{request.kind}-{words}'}"


async def compute(git: Git, base: str, edits: Sequence[Edit]) -> Proposal:
    """The whole files before and after. The repository gets nothing: all objects go to a folder that is thrown away."""
    return await _made(git, base, edits, keep=False)


async def write(git: Git, base: str, edits: Sequence[Edit]) -> Proposal:
    """The same, with its objects in the repository."""
    return await _made(git, base, edits, keep=True)


def check_unmoved(approved: Sequence[FileChange], now: Sequence[FileChange], main: str) -> None:
    """Raises `ChangeConflict` where the files that would change are not the ones that were approved."""
    if not approved:
        return
    shown = {f.path: (f.before, f.after) for f in approved}
    moved = sorted(
        {f.path for f in now if shown.get(f.path) != (f.before, f.after)} | shown.keys() - {f.path for f in now}
    )
    if moved:
        raise ChangeConflict(f"{', '.join(moved)} on {main} is not what was approved; nothing was opened", "look again")


async def _made(git: Git, base: str, edits: Sequence[Edit], *, keep: bool) -> Proposal:
    files = await tree(git, base)
    after = edited(files, await blobs(git, touched(files, edits)), edits)
    with _aside(git, await git.text("rev-parse", "--git-path", "objects"), keep=keep) as aside:
        await aside.output("read-tree", base)
        lines = []
        for path, (mode, content) in after.items():
            blob = await aside.text("hash-object", "-w", "--no-filters", "--stdin", stdin=content)
            lines.append(f"{mode} {blob}\t{path}\0".encode("utf-8", "surrogateescape"))
        await aside.output("update-index", "-z", "--add", "--index-info", stdin=b"".join(lines))
        made = await aside.text("write-tree")
        before = await blobs(git, sorted({files[path].blob for path in after if path in files}))
        changes = []
        for path, (_, content) in after.items():
            diff = (await aside.output(*diff_arguments(base, made, [path]))).decode("utf-8", "replace")
            old = before[files[path].blob].decode("utf-8") if path in files else None
            changes.append(FileChange(path, old, content.decode("utf-8"), diff))
    return Proposal(base, made, tuple(changes))


@contextmanager
def _aside(git: Git, objects: str, *, keep: bool) -> Iterator[Git]:
    """An index of our own and, unless the objects are to be kept, an object folder of our own."""
    with tempfile.TemporaryDirectory(prefix="aisre-proposal-") as place:
        environment = {"GIT_INDEX_FILE": str(Path(place, "index"))}
        if not keep:
            Path(place, "objects").mkdir()
            environment["GIT_OBJECT_DIRECTORY"] = str(Path(place, "objects"))
            # Quoted as git wants it: the folder's name may hold a colon.
            real = str(Path(git.folder, objects).resolve()).replace("\\", "\\\\").replace('"', '\\"')
            environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = f'"{real}"'
        yield git.with_environment(**environment)


def touched(files: Mapping[str, Entry], edits: Sequence[Edit]) -> list[str]:
    """The blobs whose contents `edited` needs."""
    return sorted({files[edit.path].blob for edit in edits if edit.path in files and _is_file(files[edit.path])})


def edited(
    files: Mapping[str, Entry], contents: Mapping[str, bytes], edits: Sequence[Edit]
) -> dict[str, tuple[str, bytes]]:
    """Mode and new content of each file that the edits touch, in their order. Raises `ToolError`."""
    if not edits:
        raise ToolError("a pull request needs at least one edit", "give path, old and new")
    texts: dict[str, str] = {}
    for edit in edits:
        entry = files.get(edit.path)
        if edit.path not in texts:
            texts[edit.path] = "" if entry is None else _text(entry, contents)
        if entry is None:
            _check_new(edit, files)
            texts[edit.path] = texts[edit.path] + edit.new
        else:
            texts[edit.path] = _replaced(texts[edit.path], edit)
    same = [p for p, t in texts.items() if p in files and contents[files[p].blob].decode("utf-8") == t]
    if same:
        raise ToolError(f"the edits leave {', '.join(same)} as it is", "leave that file out")
    return {p: (files[p].mode if p in files else "100644", t.encode("utf-8")) for p, t in texts.items()}


def _is_file(entry: Entry) -> bool:
    return entry.mode.startswith("100")


def _text(entry: Entry, contents: Mapping[str, bytes]) -> str:
    if not _is_file(entry):
        raise ToolError(f"{entry.path} is a link or a submodule, not a file", "edit the file itself")
    try:
        return contents[entry.blob].decode("utf-8")
    except UnicodeDecodeError:
        raise ToolError(f"{entry.path} is not text in UTF-8", "change it by hand") from None


def _replaced(text: str, edit: Edit) -> str:
    if not edit.old:
        raise ToolError(f"{edit.path} is there already, and what to replace is empty", "quote the text to replace")
    old, new = edit.old, edit.new
    if old not in text and "\r\n" in text:
        old, new = (part.replace("\r\n", "\n").replace("\n", "\r\n") for part in (old, new))
    place = text.find(old)
    # Two that overlap are two as well.
    if place >= 0 and text.find(old, place + 1) >= 0:
        times = max(text.count(old), 2)
        raise ToolError(f"the text to replace occurs {times} times in {edit.path}", "quote more lines around it")
    if place >= 0:
        return text[:place] + new + text[place + len(old) :]
    near = difflib.get_close_matches(edit.old.strip().split("\n")[0], text.split("\n"), n=1, cutoff=0.6)
    hint = f"the nearest line is {near[0]!r}" if near else "read the file again and quote it exactly"
    raise ToolError(f"the text to replace occurs 0 times in {edit.path}", hint)


def _check_new(edit: Edit, files: Mapping[str, Entry]) -> None:
    """A file that is not there may be made, where it says so by an empty ``old`` and stays inside the repository."""
    if edit.old:
        near = difflib.get_close_matches(edit.path, files, n=3, cutoff=0.5)
        raise ToolError(f"there is no file {edit.path[:120]!r}", f"there is {', '.join(near)}" if near else "")
    parts = edit.path.split("/")
    if any(part in ("", ".", "..") or part.lower() == ".git" for part in parts) or not edit.path.isprintable():
        raise ToolError(f"{edit.path[:120]!r} is not a path inside the repository", "name it from the repository's top")
    above = {"/".join(parts[:n]) for n in range(1, len(parts))}
    if above & set(files) or any(path.startswith(f"{edit.path}/") for path in files):
        raise ToolError(f"{edit.path[:120]!r} cannot be a file: a file or folder is in its way", "take another name")
