"""What is read of a git repository: versions compared, files, who wrote them, deployments in its history."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.sources.base import Answer
from aisre_nb.sources.changes_file import change_frame
from aisre_nb.sources.git import Git, GitFailed, check_repository
from aisre_nb.sources.git_blame import blamed
from aisre_nb.sources.git_diff import hunks
from aisre_nb.sources.git_history import deployments
from aisre_nb.sources.git_refs import (
    Refs,
    commit_named,
    image_tag,
    read_refs,
    unknown_version,
    version_tags,
)
from aisre_nb.sources.git_search import found_lines
from aisre_nb.sources.git_tree import Entry, blobs, manifest_images, matching_path, service_folders, tree
from aisre_nb.sources.links import repository_page
from aisre_nb.sources.manifests import same_service
from aisre_nb.sources.remote import Remote, base_commit, find_remote
from aisre_nb.times import Window

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class State:
    """What one call saw of the repository."""

    refs: Refs
    remote: Remote
    main: str
    head: str
    """The main branch's commit."""


class GitReading:
    """The read half of `GitRepository`; never touches the work tree or the index."""

    def __init__(self, folder: Path, name: str = "", link: str = "") -> None:
        """``link``: a template, or without placeholders the repository's page on GitHub or GitLab.

        Raises `ConfigurationError` where it is no repository, `SourceUnreachable` without git.
        """
        check_repository(folder)
        self.folder = folder.resolve()
        self.name = name or self.folder.name
        self._link = link
        self._git = Git(self.folder)
        # Two fetches, or a push and a fetch, at once would fight over git's locks.
        self._alone = asyncio.Lock()

    async def _state(self, branch: str = "", *, fresh: bool = False) -> State:
        async with self._alone:
            refs, remote = await read_refs(self._git), await find_remote(self._git)
            main = branch or refs.main()
            if not main:
                raise SourceUnreachable(f"{self.folder} has no commit", "commit something first")
            return State(refs, remote, main, await base_commit(self._git, remote, refs, main, fresh=fresh))

    async def _commit(self, state: State, version: str | None, service: str) -> str:
        """The commit of a version. Raises `ToolError` with what there is instead."""
        if not version:
            return state.head
        wanted = image_tag(version)
        for tag in version_tags(service, wanted):
            found = state.refs.tag(tag)
            if found:
                return found
        rows = await deployments(self._git, state.head, None, service) if service else []
        for row in rows:
            if row["to"].removeprefix("v") == wanted.removeprefix("v") and row["kind"] == "deployment":
                return str(row["commit"])
        named = await commit_named(self._git, state.refs, version)
        if named is None:
            known = [row["to"] for row in reversed(rows) if row["to"]]
            raise unknown_version(version, service, state.refs, known, self.folder)
        return named

    async def diff(self, service: str, from_version: str, to_version: str) -> Answer:
        """See `CodeSource.diff`: the service's folders and manifests, or everything where it has none."""
        try:
            state = await self._state()
            before = await self._commit(state, from_version, service)
            after = await self._commit(state, to_version, service)
            paths, notes = await self._paths_of(service, before, after)
            frame, more = await hunks(self._git, before, after, paths)
        except GitFailed as error:
            raise self._unreachable(error) from None
        if frame.empty and not more:
            more = (f"nothing differs between {from_version} and {to_version} in {', '.join(paths) or 'any file'}",)
        query = f"git diff {before} {after} -- {' '.join(paths)}".strip()
        link = repository_page(self._link, query, service=service, before=before, after=after)
        return Answer(frame, query, self.name, total=len(frame), notes=(*notes, *more), link=link)

    async def _paths_of(self, service: str, *commits: str) -> tuple[list[str], tuple[str, ...]]:
        files: dict[str, Entry] = {}
        manifests: set[str] = set()
        for commit in commits:
            there = await tree(self._git, commit)
            files |= there
            for path, those in (await manifest_images(self._git, there)).items():
                if any(same_service(image.service, service) for image in those):
                    manifests.add(path)
        folders = service_folders(list(files), service)
        if not folders:
            return [], (f"no folder bears the name {service!r}: these are the differences of the whole repository",)
        outside = [m for m in manifests if not any(m.startswith(f"{folder}/") for folder in folders)]
        return sorted([*folders, *outside]), ()

    async def file(self, path: str, version: str | None = None, service: str | None = None) -> Answer:
        """See `CodeSource.file`; ``attrs`` also has ``commit``."""
        import pandas as pd

        try:
            state = await self._state()
            commit = await self._commit(state, version, service or "")
            files = await tree(self._git, commit)
            folders = service_folders(list(files), service) if service else []
            found = files[matching_path(path, list(files), folders)]
            if not found.mode.startswith("100"):
                raise ToolError(f"{found.path} is a link or a submodule, not a file", "name the file itself")
            content = (await blobs(self._git, [found.blob]))[found.blob]
        except GitFailed as error:
            raise self._unreachable(error) from None
        if b"\0" in content[:8000]:
            raise ToolError(f"{found.path} is not a text", "look at it by hand")
        lines = content.decode("utf-8", "replace").removesuffix("\n").split("\n")
        frame = pd.DataFrame({"line": range(1, len(lines) + 1), "text": [line.rstrip("\r") for line in lines]})
        frame.attrs.update(path=found.path, commit=commit)
        query = f"git show {commit}:{found.path}"
        link = repository_page(self._link, query, service=service, commit=commit, path=found.path)
        return Answer(frame, query, self.name, total=len(frame), link=link)

    async def files(self, service: str, version: str | None = None) -> Answer:
        """See `CodeSource.files`; files that are no text are left out. Raises `ToolError` without such a folder."""
        import pandas as pd

        try:
            state = await self._state()
            commit = await self._commit(state, version, service)
            there = await tree(self._git, commit)
            folders = service_folders(list(there), service)
            if len(folders) != 1:
                raise ToolError(f"{len(folders)} folders bear the name {service!r}", "name a service with one folder")
            own = [e for e in there.values() if e.path.startswith(f"{folders[0]}/") and e.mode.startswith("100")]
            contents = await blobs(self._git, sorted({entry.blob for entry in own}))
        except GitFailed as error:
            raise self._unreachable(error) from None
        rows = [
            {"path": entry.path, "text": contents[entry.blob].decode("utf-8")}
            for entry in own
            if entry.blob in contents and _is_text(contents[entry.blob])
        ]
        frame = pd.DataFrame(rows, columns=["path", "text"])
        frame.attrs.update(folder=folders[0], commit=commit)
        return Answer(frame, f"git ls-tree -r {commit} -- {folders[0]}", self.name, total=len(frame))

    async def blame(
        self, path: str, first: int, last: int, version: str | None = None, service: str | None = None
    ) -> Answer:
        """See `CodeSource.blame`; ``attrs`` also has ``commit``."""
        try:
            state = await self._state()
            commit = await self._commit(state, version, service or "")
            files = await tree(self._git, commit)
            folders = service_folders(list(files), service) if service else []
            found = matching_path(path, list(files), folders)
            frame = await blamed(self._git, commit, found, first, last)
        except GitFailed as error:
            raise self._unreachable(error) from None
        frame.attrs.update(path=found, commit=commit)
        query = f"git blame -L{first},{last} {commit} -- {found}"
        link = repository_page(self._link, query, service=service, commit=commit, path=found)
        return Answer(frame, query, self.name, total=len(frame), link=link)

    async def is_in(self, commit: str, version: str, service: str) -> bool:
        """Whether a version has that commit in its history."""
        try:
            state = await self._state()
            other = await self._commit(state, version, service)
            status, _ = await self._git.outcome("merge-base", "--is-ancestor", commit, other, statuses=(0, 1))
        except GitFailed as error:
            raise self._unreachable(error) from None
        return status == 0

    async def search(self, text: str, service: str | None = None) -> Answer:
        """See `CodeSearch.search`."""
        try:
            state = await self._state()
            folders = service_folders(list(await tree(self._git, state.head)), service) if service else []
            frame = await found_lines(self._git, state.head, text, folders)
        except GitFailed as error:
            raise self._unreachable(error) from None
        query = f"git grep -n -i -F -e {text} {state.head} -- {' '.join(folders)}".strip()
        return Answer(frame, query, self.name, total=len(frame))

    async def changes(self, window: Window, service: str | None = None) -> Answer:
        """See `ChangeSource.changes`: image tags that commits of the main branch changed, newest first."""
        try:
            state = await self._state()
            rows = await deployments(self._git, state.head, window, service)
        except GitFailed as error:
            raise self._unreachable(error) from None
        span = window.as_json()
        query = f"git log --first-parent --since={span['start']} --until={span['end']} {state.main} -- *.yaml *.yml"
        return Answer(change_frame(rows), query, self.name, total=len(rows))

    def _unreachable(self, error: GitFailed) -> SourceUnreachable:
        return SourceUnreachable(f"{self.folder}: {error}", "see what git says there by hand")


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content
