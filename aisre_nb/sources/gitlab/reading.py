"""One project of GitLab, read (docs.gitlab.com/api: repositories, commits, repository_files, branches, tags)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.forge.answers import or_none, pages, segment, shaped
from aisre_nb.sources.forge.host import Commit, Compared, Found, Patched, Project, sha
from aisre_nb.sources.git_tree import Entry
from aisre_nb.sources.http.client import HttpClient, Params
from aisre_nb.sources.http.failure import Refused
from aisre_nb.times import instant, rfc3339

_PAGE = ("per_page", "100")
_TAG_PAGES, _TREE_PAGES, _DIFF_PAGES = 10, 200, 10
_DEVELOPER = 30
"""The access level from which on one may push."""


class GitLabReads:
    """What is asked with GET. ``client.access.url`` is the API's address."""

    kind = "GitLab"

    def __init__(self, client: HttpClient, repository: str) -> None:
        self.client, self.repository = client, repository
        self.at = f"/projects/{segment(repository)}"

    @property
    def page(self) -> str:
        """The project's page, made of the API's address and of nothing that a server sends."""
        parts = urlsplit(self.client.access.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path.removesuffix('/api/v4')}/{self.repository}"

    async def project(self) -> Project:
        """See `Host`."""
        told = await or_none(self.client, self.at)
        if told is None:
            raise SourceUnreachable(
                f"{self.client.access.name} ({self.client.access.host}) has no project {self.repository}, "
                "or the token may not see it",
                "look at repository, and give the token the right to read it",
            )
        with shaped(self.client.access):
            rights = (told.get("permissions") or {}).values()
            level = max((int(one["access_level"]) for one in rights if one), default=0)
            may = f"{'read and push' if level >= _DEVELOPER else 'read'} ({told.get('visibility') or 'private'})"
            return Project(str(told["default_branch"]), self.page, may)

    async def branch(self, name: str) -> str | None:
        """See `Host`."""
        told = await or_none(self.client, f"{self.at}/repository/branches/{segment(name)}")
        with shaped(self.client.access):
            return None if told is None else sha(told["commit"]["id"])

    async def tags(self) -> tuple[Mapping[str, str], bool]:
        """See `Host`."""
        found, whole = await pages(self.client, f"{self.at}/repository/tags", [_PAGE], _TAG_PAGES)
        with shaped(self.client.access):
            return {str(one["name"]): sha(one["commit"]["id"]) for one in found}, whole

    async def commit(self, ref: str) -> Commit | None:
        """See `Host`."""
        told = await or_none(self.client, f"{self.at}/repository/commits/{segment(ref)}")
        return None if told is None else self._commit(told)

    async def tree(self, sha_: str) -> dict[str, Entry]:
        """See `Host`. Raises `SourceUnreachable` where there are too many files."""
        params = [("ref", sha_), ("recursive", "true"), ("pagination", "keyset"), _PAGE]
        found, whole = await pages(self.client, f"{self.at}/repository/tree", params, _TREE_PAGES)
        if not whole:
            raise SourceUnreachable(
                f"{self.repository} has more than {100 * _TREE_PAGES:,} files", 'use a clone: type = "git"'
            )
        with shaped(self.client.access):
            return {
                str(one["path"]): Entry(str(one["path"]), str(one["mode"]), sha(one["id"]))
                for one in found
                if one["type"] != "tree"
            }

    async def blob(self, sha_: str) -> bytes:
        """See `Host`."""
        return (await self.client.read(f"{self.at}/repository/blobs/{sha_}/raw")).body

    async def content(self, path: str, sha_: str) -> bytes | None:
        """See `Host`."""
        try:
            return (await self.client.read(f"{self.at}/repository/files/{segment(path)}/raw", [("ref", sha_)])).body
        except Refused as error:
            if error.status == 404:
                return None
            raise

    async def compare(self, before: str, after: str) -> Compared | None:
        """See `Host`; ``straight`` compares the two as they stand."""
        params = [("from", before), ("to", after), ("straight", "true")]
        told = await self.client.json(f"{self.at}/repository/compare", params)
        with shaped(self.client.access):
            if told.get("compare_timeout"):
                return None
            commits = frozenset(sha(one["id"]) for one in told["commits"])
            return Compared(tuple(map(_patched, told["diffs"])), commits)

    async def contains(self, sha_: str, other: str) -> bool:
        """See `Host`: where the two parted is the older one itself."""
        params = [("refs[]", sha_), ("refs[]", other)]
        told = await or_none(self.client, f"{self.at}/repository/merge_base", params, of=(404, 400))
        with shaped(self.client.access):
            return told is not None and sha(told["id"]).startswith(sha_)

    async def history(self, sha_: str, path: str = "", since: datetime | None = None, most: int = 100) -> list[Commit]:
        """See `Host`."""
        params = [("ref_name", sha_), ("per_page", str(min(most, 100)))]
        params += [("path", path)] if path else []
        params += [("since", rfc3339(since))] if since else []
        found, _ = await pages(self.client, f"{self.at}/repository/commits", params, -(-most // 100))
        return [self._commit(one) for one in found[:most]]

    async def touched(self, sha_: str) -> list[str]:
        """See `Host`."""
        found, _ = await pages(self.client, f"{self.at}/repository/commits/{sha_}/diff", [_PAGE], _DIFF_PAGES)
        with shaped(self.client.access):
            return list(dict.fromkeys(str(p) for f in found for p in (f["new_path"], f["old_path"])))

    async def search(self, text: str) -> list[Found]:
        """See `Host`."""
        params = [("scope", "blobs"), ("search", text), ("per_page", "50")]
        told = await self.client.json(f"{self.at}/search", params)
        with shaped(self.client.access):
            return [
                Found(str(item["path"]), int(item["startline"]) + nth, line)
                for item in told
                for nth, line in enumerate(str(item["data"]).split("\n"))
                if text.lower() in line.lower()
            ]

    async def listed(self, path: str, params: Params = (), most: int = 1) -> list[Any]:
        """Pages of a list."""
        return (await pages(self.client, f"{self.at}{path}", [*params, _PAGE], most))[0]

    def _commit(self, told: Any) -> Commit:
        with shaped(self.client.access):
            return Commit(
                sha(told["id"]),
                tuple(sha(parent) for parent in told["parent_ids"]),
                instant(str(told["committed_date"])),
                str(told["author_name"]),
                str(told["title"]),
            )


def _patched(one: Any) -> Patched:
    """GitLab leaves out what is too large, or collapses it: both are made of the files."""
    text = str(one["diff"])
    left_out = bool(one.get("too_large") or one.get("collapsed"))
    # Of a binary file it says so in words.
    hunks = text.removesuffix("\n") if text.startswith("@@") else ""
    return Patched(str(one["new_path"]), str(one["old_path"]), None if left_out and not hunks else hunks)
