"""A git repository as a source: what is read of it, and pull requests to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aisre_nb.errors import ChangeConflict, SourceError, ToolError
from aisre_nb.evidence.change import ChangeView, FileChange
from aisre_nb.sources import closing, proposal, request_store
from aisre_nb.sources.base import Answer, Health
from aisre_nb.sources.code_source import PullRequest
from aisre_nb.sources.git import GitFailed, without_password
from aisre_nb.sources.git_reading import GitReading, State
from aisre_nb.sources.git_refs import (
    safe_name,
)
from aisre_nb.sources.git_tree import manifest_images, tree
from aisre_nb.sources.pull_requests import identity
from aisre_nb.sources.remote import Remote, free_name, taken_branches
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    import pandas as pd


class GitRepository(GitReading):
    """Speaks `CodeSource`, `ChangeSource` and `Source`; never touches the work tree or the index."""

    async def preview_pull_request(self, request: PullRequest) -> ChangeView:
        """See `CodeSource.preview_pull_request`; a branch that exists gets the next free number behind its name."""
        state, branch = await self._place(request)
        try:
            made = await proposal.compute(self._git, state.head, request.edits)
        except GitFailed as error:
            raise self._unreachable(error) from None
        whose = self.name if self.name.startswith("repository") else f"repository {self.name}"
        scope = f"{whose}, branch {branch} → {state.main}"
        return ChangeView(request.title, request.body, scope, made.files, editable=("title", "body"))

    async def open_pull_request(self, request: PullRequest) -> Answer:
        """See `CodeSource.open_pull_request`. Raises `ChangeConflict` where the base is not what was approved."""
        state, branch = await self._place(request)
        try:
            made = await proposal.compute(self._git, state.head, request.edits)
            proposal.check_unmoved(request.files, made.files, state.main)
            await proposal.write(self._git, state.head, request.edits)
            who = await self._who()
            title = " ".join(request.title.split()) or branch
            head = await self._git.with_environment(**who).text(
                "commit-tree", made.tree, "-p", state.head, "-F", "-", stdin=f"{title}\n\n{request.body}\n".encode()
            )
            await self._publish(state.remote, head, branch)
        except GitFailed as error:
            raise self._unreachable(error) from None
        except ToolError as error:
            if request.files and not isinstance(error, ChangeConflict):
                raise ChangeConflict(
                    f"{state.main} moved since this was approved: {error.message}", "look again"
                ) from None
            raise
        record = {
            "kind": request.kind, "title": title, "body": request.body, "branch": branch, "base": state.main,
            "base_commit": state.head, "head_commit": head, "state": "open", "files": [f.path for f in made.files],
            "opened_at": rfc3339(datetime.now(UTC)), "by": who["GIT_AUTHOR_NAME"],
        }  # fmt: skip
        folder = request_store.store_folder(self.folder, state.remote)
        kept = await asyncio.to_thread(request_store.add, folder, record)
        url = (folder / f"{kept['number']}.json").as_uri()
        return Answer(
            _as_frame(made.files, kept, url), f"git push origin {head}:refs/heads/{branch}", self.name, link=url
        )

    async def preview_close(self, number: int) -> ChangeView:
        """See `CodeSource.preview_close`."""
        try:
            found = (await closing.find_open(self._git, number)).record
        except GitFailed as error:
            raise self._unreachable(error) from None
        branch = str(found["branch"])
        rows = (
            (f"pull request #{number}", "open", "closed"),
            (f"branch {branch}", str(found["head_commit"])[:12], "deleted"),
        )
        return ChangeView(
            f"Close #{number}: {found['title']}", "", f"repository {self.name}, branch {branch}", rows=rows
        )

    async def close_pull_request(self, number: int, head: str) -> Mapping[str, Any]:
        """See `CodeSource.close_pull_request`."""
        try:
            async with self._alone:
                return await closing.close(self._git, number, head)
        except GitFailed as error:
            raise self._unreachable(error) from None

    async def _place(self, request: PullRequest) -> tuple[State, str]:
        """Where the request would go: the base as it is now, and a free branch name."""
        wanted = safe_name(proposal.branch_name(request), "branch")
        base = safe_name(request.base, "branch") if request.base else ""
        try:
            state = await self._state(base, fresh=True)
            return state, free_name(wanted, await taken_branches(self._git, state.remote))
        except GitFailed as error:
            raise self._unreachable(error) from None

    async def _publish(self, remote: Remote, commit: str, branch: str) -> None:
        """Make the branch, only where there is none of that name."""
        ref = f"refs/heads/{branch}"
        if not remote.url:
            await self._git.output("update-ref", ref, commit, "0" * 40)
            return
        try:
            async with self._alone:
                await self._git.output(
                    "push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
                    "--receive-pack=git-receive-pack", f"--force-with-lease={ref}:", "origin", f"{commit}:{ref}",
                )  # fmt: skip
        except GitFailed as error:
            if "stale info" in error.stderr or "already exists" in error.stderr:
                raise ChangeConflict(f"branch {branch} came into being meanwhile", "propose it again") from None
            raise ToolError(f"the remote refused the branch: {error}", "see who may push there") from None

    async def _who(self) -> dict[str, str]:
        """The user's own identity where git knows one."""
        _, name = await self._git.outcome("config", "--get", "user.name", statuses=(0, 1))
        _, mail = await self._git.outcome("config", "--get", "user.email", statuses=(0, 1))
        who = identity(name.decode("utf-8", "replace").strip())
        if mail.strip():
            who |= dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), mail.decode("utf-8", "replace").strip())
        return who

    async def health(self) -> Health:
        """The main branch, tags and deployment manifests, or what is wrong."""
        try:
            state = await self._state()
            manifests = await manifest_images(self._git, await tree(self._git, state.head))
        except (SourceError, ToolError, GitFailed) as error:
            return Health(False, str(error))
        services = {image.service for those in manifests.values() for image in those}
        where = (
            f"remote {without_password(state.remote.url)}"
            if state.remote.url
            else "no remote: branches stay in the repository"
        )
        detail = (
            f"{state.main} at {state.head[:12]}; {len(state.refs.tags())} tags; "
            f"{len(services)} services in {len(manifests)} deployment manifests; {where}"
        )
        return Health(True, detail, ("code", "changes"))

    async def close(self) -> None:
        """Nothing is held open between two calls."""


def _as_frame(files: Sequence[FileChange], kept: dict[str, Any], url: str) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame({"file": [f.path for f in files], "diff": [f.diff for f in files]})
    frame.attrs.update(
        number=kept["number"],
        branch=kept["branch"],
        url=url,
        state=kept["state"],
        commit=kept["head_commit"],
        base=kept["base"],
        kind=kept["kind"],
        title=kept["title"],
    )
    return frame
