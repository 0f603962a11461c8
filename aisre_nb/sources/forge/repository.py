"""Repositories on a host of code as a source: what local git answers, asked over the host's API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aisre_nb.errors import AisreError, ToolError
from aisre_nb.evidence.change import ChangeView
from aisre_nb.sources import links
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.changes_file import change_frame
from aisre_nb.sources.code_source import PullRequest
from aisre_nb.sources.forge import closing, comparing, proposing, walked_blame
from aisre_nb.sources.forge.changes import changes
from aisre_nb.sources.forge.frames import blamed, text_of
from aisre_nb.sources.forge.host import Host, is_sha
from aisre_nb.sources.forge.options import ForgeOptions
from aisre_nb.sources.forge.places import Places, within
from aisre_nb.sources.forge.state import State
from aisre_nb.sources.git_blame import MOST
from aisre_nb.sources.git_diff import COLUMNS as HUNKS
from aisre_nb.sources.git_tree import matching_path
from aisre_nb.sources.http.client import HttpClient
from aisre_nb.sources.http.gathering import gathered
from aisre_nb.sources.links import repository_page
from aisre_nb.sources.manifests import same_service
from aisre_nb.times import Window

_FILES = 600
"""Files of a service that are read at once."""


class ForgeRepository:
    """Speaks `CodeSource`, `ChangeSource` and `Source`. Never merges, and never writes to a default branch."""

    def __init__(
        self, name: str, client: HttpClient, options: ForgeOptions, host: Callable[[HttpClient, str], Host]
    ) -> None:
        """``host``: makes what answers for one repository."""
        self.name = name
        self._client, self._options = client, options
        places = Places(options.repository, options.services)
        self._states = {
            repository: State(host(client, repository), places, options.branch if repository == places.main else "")
            for repository in places.repositories()
        }
        self._places = places

    def _of(self, service: str | None, path: str = "") -> State:
        repository = self._places.inside(path)[0] if ":" in path else self._places.repository(service or "")
        return self._states[repository]

    async def diff(self, service: str, from_version: str, to_version: str) -> Answer:
        """See `CodeSource.diff`: the service's folders and manifests, or everything where it has none."""
        import pandas as pd

        state = self._of(service)
        before, after = await gathered([state.commit(from_version, service), state.commit(to_version, service)])
        paths, notes = await comparing.paths_of(state, service, before, after)
        wanted = (lambda path: any(path == p or within(path, p) for p in paths)) if paths else (lambda path: True)
        rows, more = await comparing.hunks(state, before, after, wanted)
        frame = pd.DataFrame(rows, columns=HUNKS)
        frame["file"] = [self._outside(state, path) for path in frame["file"]]
        if frame.empty and not more:
            more = [f"nothing differs between {from_version} and {to_version} in {', '.join(paths) or 'any file'}"]
        query = f"{state.host.kind} {state.host.repository}: compare {before}...{after} {' '.join(paths)}".strip()
        link = await self._link(state, query, service=service, before=before, after=after)
        return Answer(frame, query, self.name, total=len(frame), notes=(*notes, *more), link=link)

    async def file(self, path: str, version: str | None = None, service: str | None = None) -> Answer:
        """See `CodeSource.file`; ``attrs`` also has ``commit``."""
        import pandas as pd

        state, commit, found = await self._found(path, version, service)
        entry = (await state.tree(commit))[found]
        if not entry.mode.startswith("100"):
            raise ToolError(f"{found} is a link or a submodule, not a file", "name the file itself")
        content = (await state.blobs([entry.blob]))[entry.blob]
        if b"\0" in content[:8000]:
            raise ToolError(f"{found} is not a text", "look at it by hand")
        lines = content.decode("utf-8", "replace").removesuffix("\n").split("\n")
        frame = pd.DataFrame({"line": range(1, len(lines) + 1), "text": [line.rstrip("\r") for line in lines]})
        frame.attrs.update(path=self._outside(state, found), commit=commit)
        query = f"{state.host.kind} {state.host.repository}: {found} at {commit}"
        link = await self._link(state, query, service=service, commit=commit, path=found)
        return Answer(frame, query, self.name, total=len(frame), link=link)

    async def _found(self, path: str, version: str | None, service: str | None) -> tuple[State, str, str]:
        state = self._of(service, path)
        commit = await state.commit(version, service or "")
        files = list(await state.tree(commit))
        folders = [f for f in self._places.folders(service, files) if f] if service else []
        return state, commit, matching_path(self._places.inside(path)[1], files, folders)

    async def files(self, service: str, version: str | None = None) -> Answer:
        """See `CodeSource.files`; files that are no text are left out. Raises `ToolError` without such a folder."""
        import pandas as pd

        state = self._of(service)
        commit = await state.commit(version, service)
        there = await state.tree(commit)
        folders = self._places.folders(service, list(there))
        if len(folders) != 1:
            raise ToolError(f"{len(folders)} folders bear the name {service!r}", "name its folder under services")
        own = [e for e in there.values() if within(e.path, folders[0]) and e.mode.startswith("100")]
        if len(own) > _FILES:
            raise ToolError(
                f"{folders[0] or service} has {len(own)} files", 'read them one by one, or use type = "git"'
            )
        contents = await state.blobs([entry.blob for entry in own])
        rows = [
            {"path": self._outside(state, e.path), "text": text}
            for e in own
            if (text := text_of(contents[e.blob])) is not None
        ]
        frame = pd.DataFrame(rows, columns=["path", "text"])
        frame.attrs.update(folder=self._outside(state, folders[0]), commit=commit)
        query = f"{state.host.kind} {state.host.repository}: files of {folders[0] or 'all'} at {commit}"
        return Answer(frame, query, self.name, total=len(frame))

    async def blame(
        self, path: str, first: int, last: int, version: str | None = None, service: str | None = None
    ) -> Answer:
        """See `CodeSource.blame`; a note where the host gave none, and it was made of the file's commits."""
        state, commit, found = await self._found(path, version, service)
        entry = (await state.tree(commit))[found]
        lines = (await state.blobs([entry.blob]))[entry.blob].decode("utf-8", "replace").removesuffix("\n").split("\n")
        if not 1 <= first <= len(lines):
            raise ToolError(f"{found} has no line {first} at {commit[:12]}", "read the file to see its lines")
        last = min(last, first + MOST - 1, len(lines))
        told = await state.host.blame(found, commit, first, last)
        notes = () if told is not None else (walked_blame.NOTE,)
        if told is None:
            told = await walked_blame.blame(state, found, commit, first, last)
        frame = blamed(told, lines, first, last, found)
        frame.attrs.update(path=self._outside(state, found), commit=commit)
        query = f"{state.host.kind} {state.host.repository}: blame of {found}, lines {first} to {last}, at {commit}"
        link = await self._link(state, query, service=service, commit=commit, path=found)
        return Answer(frame, query, self.name, total=len(frame), notes=notes, link=link)

    async def is_in(self, commit: str, version: str, service: str) -> bool:
        """Whether a version has that commit in its history."""
        if not is_sha(commit):
            raise ToolError(f"{commit[:80]!r} is no commit", "give its whole hash")
        state = self._of(service)
        return await state.host.contains(commit, await state.commit(version, service))

    async def search(self, text: str, service: str | None = None) -> Answer:
        """Lines of the default branch that hold a text: path, line (0: not told), text."""
        import pandas as pd

        state = self._of(service)
        found = await state.host.search(text)
        folders = self._places.folders(service, [one.path for one in found]) if service else []
        rows = [
            {"path": self._outside(state, one.path), "line": one.line, "text": one.text}
            for one in found
            if not folders or any(within(one.path, folder) for folder in folders)
        ]
        query = f"{state.host.kind} {state.host.repository}: search {text}"
        return Answer(pd.DataFrame(rows, columns=["path", "line", "text"]), query, self.name, total=len(rows))

    async def changes(self, window: Window, service: str | None = None) -> Answer:
        """See `ChangeSource.changes`: image tags in manifests, deployments that the host was told of, merges."""
        states = [self._of(service)] if service else list(self._states.values())
        found = await gathered(changes(state, window) for state in states)
        rows = [row for those, _ in found for row in those if service is None or same_service(row["service"], service)]
        span = window.as_json()
        names = ", ".join(state.host.repository for state in states)
        query = f"{states[0].host.kind} {names}: commits and deployments from {span['start']} to {span['end']}"
        notes = tuple(note for _, more in found for note in more)
        return Answer(change_frame(rows), query, self.name, total=len(rows), notes=notes)

    async def preview_pull_request(self, request: PullRequest) -> ChangeView:
        """See `CodeSource.preview_pull_request`; a branch with exactly this change is the one that is meant."""
        return await proposing.view(self._for(request), request, self._options, self.name)

    async def open_pull_request(self, request: PullRequest) -> Answer:
        """See `CodeSource.open_pull_request`; run twice, it finds what the first run made."""
        import pandas as pd

        state = self._for(request)
        made, opened, commit, notes = await proposing.opened(state, request, self._options)
        frame = pd.DataFrame({"file": [f.path for f in made.files], "diff": [f.diff for f in made.files]})
        frame.attrs.update(
            number=opened.number, branch=opened.branch, url=opened.url, state=opened.state, commit=commit,
            base=opened.base, kind=request.kind, title=opened.title, draft=opened.draft,
        )  # fmt: skip
        query = f"{state.host.kind} {state.host.repository}: pull request {opened.branch} → {opened.base} at {commit}"
        return Answer(frame, query, self.name, notes=notes, link=opened.url or None)

    def _for(self, request: PullRequest) -> State:
        return self._states[self._places.one([edit.path for edit in request.edits])]

    async def checks(self, number: int) -> Answer:
        """The checks of a pull request's head: name, state, url; ``attrs``: number, commit."""
        import pandas as pd

        state, found = (await closing.find_open(list(self._states.values()), number))[0]
        rows = [{"name": c.name, "state": c.state, "url": c.url} for c in await state.host.checks(found.head)]
        frame = pd.DataFrame(rows, columns=["name", "state", "url"])
        frame.attrs.update(number=number, commit=found.head)
        query = f"{state.host.kind} {state.host.repository}: checks of {found.head}"
        return Answer(frame, query, self.name, total=len(rows), link=found.url or None)

    async def preview_close(self, number: int) -> ChangeView:
        """See `CodeSource.preview_close`."""
        return await closing.view(list(self._states.values()), number, self.name)

    async def close_pull_request(self, number: int, head: str) -> Mapping[str, Any]:
        """See `CodeSource.close_pull_request`."""
        return await closing.close(list(self._states.values()), number, head)

    async def health(self) -> Health:
        """Each repository's branch and what the token may do there, or what is wrong."""
        told, may = [], []
        try:
            for state in self._states.values():
                project = await state.project()
                name, head = await state.head()
                told.append(f"{state.host.repository}: {name} at {head[:12]}")
                may.append(f"{state.host.repository}: {project.may}")
        except AisreError as error:
            return Health(False, str(error))
        written = "branches and pull requests are made where they are approved, never a merge"
        return Health(True, "; ".join(told), ("code", "changes"), f"{'; '.join(may)}; {written}")

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()

    def _outside(self, state: State, path: str) -> str:
        return self._places.outside(state.host.repository, path)

    async def _link(self, state: State, query: str, **more: Any) -> str | None:
        if "{" in self._options.link:
            return repository_page(self._options.link, query, **more)
        page = self._options.link or (await state.project()).page
        forge: links.Forge = "gitlab" if state.host.kind == "GitLab" else "github"
        if more.get("path"):
            return links.file(page, forge, more["commit"], more["path"])
        return links.comparison(page, forge, more["before"], more["after"])
