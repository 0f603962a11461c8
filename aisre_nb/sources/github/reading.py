"""One repository of GitHub, read: refs, commits, trees, files (docs.github.com/rest)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.forge.answers import or_none, pages, segments, shaped
from aisre_nb.sources.forge.host import Commit, Compared, Found, Patched, Project, sha
from aisre_nb.sources.git_tree import Entry
from aisre_nb.sources.http.client import HttpClient, Params
from aisre_nb.sources.http.failure import Refused, Understood
from aisre_nb.times import instant, rfc3339

ACCEPT = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_RAW = {**ACCEPT, "Accept": "application/vnd.github.raw+json"}
_PAGE = 100
_TAG_PAGES = 10
_FILES = 300
"""Files of a comparison from which on GitHub tells no more."""


class GitHubReads:
    """What is asked with GET. ``client.access.url`` is the API's address."""

    kind = "GitHub"

    def __init__(self, client: HttpClient, repository: str) -> None:
        self.client, self.repository = client, repository
        self.at = f"/repos/{segments(repository)}"

    @property
    def page(self) -> str:
        """The repository's page, made of the API's address and of nothing that a server sends."""
        parts = urlsplit(self.client.access.url)
        host = "github.com" if parts.netloc == "api.github.com" else parts.netloc.removeprefix("api.")
        return f"{parts.scheme}://{host}{parts.path.removesuffix('/api/v3')}/{self.repository}"

    async def project(self) -> Project:
        """See `Host`."""
        told = await self.none(self.at)
        if told is None:
            raise SourceUnreachable(
                f"{self.client.access.name} ({self.client.access.host}) has no repository {self.repository}, "
                "or the token may not see it",
                "look at repository, and give the token the right to read it",
            )
        with shaped(self.client.access):
            rights = told.get("permissions") or {}
            may = "read and push" if rights.get("push") else "read"
            return Project(str(told["default_branch"]), self.page, f"{may} ({_seen(told)})")

    async def branch(self, name: str) -> str | None:
        """See `Host`."""
        told = await self.none(f"{self.at}/git/ref/heads/{segments(name)}", of=(404, 409))
        with shaped(self.client.access):
            return None if told is None else sha(told["object"]["sha"])

    async def tags(self) -> tuple[Mapping[str, str], bool]:
        """See `Host`; the commit of an annotated tag, not the tag itself."""
        found, whole = await self.listed(f"{self.at}/tags", [("per_page", str(_PAGE))], _TAG_PAGES)
        with shaped(self.client.access):
            return {str(one["name"]): sha(one["commit"]["sha"]) for one in found}, whole

    async def commit(self, ref: str) -> Commit | None:
        """See `Host`; 422 is how GitHub says that it knows no such commit."""
        told = await self.none(f"{self.at}/commits/{segments(ref)}", [("per_page", "1")], of=(404, 422, 409))
        return None if told is None else self._commit(told)

    async def tree(self, sha_: str) -> dict[str, Entry]:
        """See `Host`. Raises `SourceUnreachable` where GitHub does not list all of it."""
        told = await self.json(f"{self.at}/git/trees/{sha_}", [("recursive", "1")])
        with shaped(self.client.access):
            if told.get("truncated"):
                raise SourceUnreachable(
                    f"{self.repository} has more files than GitHub lists at once", 'use a clone: type = "git"'
                )
            return {
                str(one["path"]): Entry(str(one["path"]), str(one["mode"]), sha(one["sha"]))
                for one in told["tree"]
                if one["type"] != "tree"
            }

    async def blob(self, sha_: str) -> bytes:
        """See `Host`."""
        told = await self.json(f"{self.at}/git/blobs/{sha_}")
        with shaped(self.client.access):
            return base64.b64decode(told["content"]) if told["encoding"] == "base64" else str(told["content"]).encode()

    async def content(self, path: str, sha_: str) -> bytes | None:
        """See `Host`."""
        try:
            reply = await self.client.read(f"{self.at}/contents/{segments(path)}", [("ref", sha_)], headers=_RAW)
        except (Refused, Understood) as error:
            if error.status == 404:
                return None
            raise
        return reply.body

    async def compare(self, before: str, after: str) -> Compared | None:
        """See `Host`. GitHub compares with where the two parted: the same only where one came of the other."""
        told = await self.none(f"{self.at}/compare/{before}...{after}", [("per_page", str(_PAGE))])
        with shaped(self.client.access):
            if told is None or told["status"] not in ("ahead", "identical") or len(told.get("files") or ()) >= _FILES:
                return None
            files = tuple(
                Patched(
                    str(one["filename"]),
                    str(one.get("previous_filename") or one["filename"]),
                    str(one["patch"]) if one.get("patch") else None if one.get("changes") else "",
                )
                for one in told.get("files") or ()
            )
            return Compared(files, frozenset(sha(one["sha"]) for one in told["commits"]))

    async def contains(self, sha_: str, other: str) -> bool:
        """See `Host`."""
        told = await self.none(f"{self.at}/compare/{sha_}...{other}", [("per_page", "1")])
        with shaped(self.client.access):
            return told is not None and told["status"] in ("ahead", "identical")

    async def history(self, sha_: str, path: str = "", since: datetime | None = None, most: int = 100) -> list[Commit]:
        """See `Host`."""
        params = [("sha", sha_), ("per_page", str(min(most, _PAGE)))]
        params += [("path", path)] if path else []
        params += [("since", rfc3339(since))] if since else []
        found, _ = await self.listed(f"{self.at}/commits", params, -(-most // _PAGE))
        return [self._commit(one) for one in found[:most]]

    async def touched(self, sha_: str) -> list[str]:
        """See `Host`."""
        told = await self.json(f"{self.at}/commits/{sha_}", [("per_page", str(_PAGE))])
        with shaped(self.client.access):
            paths = [str(p) for f in told.get("files") or () for p in (f["filename"], f.get("previous_filename")) if p]
        return list(dict.fromkeys(paths))

    async def search(self, text: str) -> list[Found]:
        """See `Host`; GitHub tells the file and the lines around, not their number."""
        # Quoted, so that nothing in it becomes a qualifier that leads to another repository.
        asked = text.replace("\\", " ").replace('"', " ")
        told = await self.json(
            "/search/code",
            [("q", f'"{asked}" repo:{self.repository}'), ("per_page", "50")],
            {**ACCEPT, "Accept": "application/vnd.github.text-match+json"},
        )
        with shaped(self.client.access):
            return [
                Found(str(item["path"]), 0, line)
                for item in told["items"]
                for line in _lines(item.get("text_matches") or (), text)
            ]

    async def json(self, path: str, params: Params = (), headers: Mapping[str, str] | None = None) -> Any:
        """A read with GitHub's own headers."""
        return await self.client.decoded(await self.client.read(path, params, headers=headers or ACCEPT))

    async def none(self, path: str, params: Params = (), *, of: tuple[int, ...] = (404,)) -> Any:
        """The same; None where it is not there."""
        return await or_none(self.client, path, params, ACCEPT, of=of)

    async def listed(self, path: str, params: Params, most: int) -> tuple[list[Any], bool]:
        """Pages of a list."""
        return await pages(self.client, path, params, most, ACCEPT)

    def _commit(self, told: Any) -> Commit:
        with shaped(self.client.access):
            inner = told["commit"]
            return Commit(
                sha(told["sha"]),
                tuple(sha(parent["sha"]) for parent in told["parents"]),
                instant(str(inner["committer"]["date"])),
                str((inner.get("author") or {}).get("name") or ""),
                str(inner["message"]).split("\n", 1)[0],
            )


def _seen(told: Mapping[str, Any]) -> str:
    return "private" if told.get("private") else "public"


def _lines(matches: Any, text: str) -> list[str]:
    found = [line for match in matches for line in str(match.get("fragment") or "").split("\n")]
    return [line for line in dict.fromkeys(found) if text.lower() in line.lower()] or [""]
