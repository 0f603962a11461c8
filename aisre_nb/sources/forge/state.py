"""What one call sees of a repository: its main branch, its tags, its files, and which commit a version is."""

from __future__ import annotations

import difflib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TypeVar

from aisre_nb.errors import SourceUnreachable, ToolError
from aisre_nb.sources.forge.host import Host, Project
from aisre_nb.sources.forge.places import Places
from aisre_nb.sources.git_refs import image_tag, version_tags
from aisre_nb.sources.git_tree import Entry
from aisre_nb.sources.manifests import Image, images, same_service

T = TypeVar("T")

_TREES, _BLOBS, _BLOB_BYTES = 16, 400, 300_000
_MANIFESTS = 60
"""YAML files of one commit that are read to see which services they deploy."""
_VERSIONS = 30
"""Commits of a manifest that are looked through for a version."""


class State:
    """One repository. What a hash names never changes, and is kept; names are asked anew."""

    def __init__(self, host: Host, places: Places, branch: str) -> None:
        self.host, self.places, self._branch = host, places, branch
        self._project: Project | None = None
        self._trees: OrderedDict[str, dict[str, Entry]] = OrderedDict()
        self._blobs: OrderedDict[str, bytes] = OrderedDict()

    async def project(self) -> Project:
        """Asked once; a default branch seldom moves."""
        if self._project is None:
            self._project = await self.host.project()
        return self._project

    async def main(self) -> str:
        """The branch that is deployed from."""
        return self._branch or (await self.project()).default

    async def head(self, branch: str = "") -> tuple[str, str]:
        """A branch (none: the main one) and its commit as it is now."""
        name = branch or await self.main()
        found = await self.host.branch(name)
        if found is None and branch:
            raise ToolError(f"there is no branch {name!r} to start from", "name another base, or leave it empty")
        if found is None:
            raise SourceUnreachable(f"{self.host.repository} has no branch {name!r}", "commit something first")
        return name, found

    async def tree(self, sha: str) -> dict[str, Entry]:
        """All files of a commit."""
        if sha not in self._trees:
            _keep(self._trees, sha, await self.host.tree(sha), _TREES)
        return self._trees[sha]

    async def blobs(self, names: Sequence[str]) -> dict[str, bytes]:
        """Contents by hash."""
        from aisre_nb.sources.http.gathering import gathered

        wanted = list(dict.fromkeys(names))
        missing = [name for name in wanted if name not in self._blobs]
        found = dict(zip(missing, await gathered(self.host.blob(name) for name in missing), strict=True))
        found |= {name: self._blobs[name] for name in wanted if name in self._blobs}
        for name, content in found.items():
            if len(content) <= _BLOB_BYTES:
                _keep(self._blobs, name, content, _BLOBS)
        return found

    async def commit(self, version: str | None, service: str) -> str:
        """The commit of a version. Raises `ToolError` with what there is instead."""
        if not version:
            return (await self.head())[1]
        wanted = image_tag(version)
        tags, whole = await self.host.tags()
        for tag in version_tags(service, wanted):
            if tag in tags:
                return tags[tag]
        deployed = await self._deployed(service) if service else []
        for to, sha in deployed:
            if to.removeprefix("v") == wanted.removeprefix("v"):
                return sha
        asked = [version] if whole else [version, *version_tags(service, wanted)]
        for name in dict.fromkeys(asked):
            named = await self.host.commit(name)
            if named is not None:
                return named.sha
        known = [*(tag for tag in tags if service in tag), *(to for to, _ in reversed(deployed))]
        near = difflib.get_close_matches(version, known or list(tags), n=5, cutoff=0.3) or known[-5:] or list(tags)[-5:]
        hint = f"there are {', '.join(dict.fromkeys(near))}" if near else "the repository has no tags: name a commit"
        of = f" of {service}" if service else ""
        raise ToolError(f"{self.host.repository} knows no version {version[:80]!r}{of}", hint)

    async def manifests(self, files: Mapping[str, Entry], service: str = "") -> dict[str, list[Image]]:
        """What the manifests deploy, by path. With a service those that bear its name, where there are any."""
        paths = [p for p, e in files.items() if p.endswith((".yaml", ".yml")) and e.mode.startswith("100")]
        own = [p for p in paths if any(same_service(part.rsplit(".", 1)[0], service) for part in p.split("/"))]
        chosen = (own if service and own else paths)[:_MANIFESTS]
        contents = await self.blobs([files[path].blob for path in chosen])
        found = {path: images(_text(contents[files[path].blob]), path) for path in chosen}
        return {path: those for path, those in found.items() if those}

    async def _deployed(self, service: str) -> list[tuple[str, str]]:
        """Versions that the manifests of a service went to, with the commit, newest first."""
        head = (await self.head())[1]
        found = []
        for path, those in (await self.manifests(await self.tree(head), service)).items():
            if not any(same_service(image.service, service) for image in those):
                continue
            commits = await self.host.history(head, path, most=_VERSIONS)
            tags = [await self._tag(path, commit.sha, service) for commit in commits]
            found += [
                (tag, commit.sha)
                for nth, (tag, commit) in enumerate(zip(tags, commits, strict=True))
                if tag and (nth + 1 == len(tags) or tags[nth + 1] != tag)
            ]
        return found

    async def _tag(self, path: str, sha: str, service: str) -> str:
        content = await self.host.content(path, sha)
        those = images(_text(content or b""), path)
        return next((image.tag for image in those if same_service(image.service, service)), "")


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _keep(kept: OrderedDict[str, T], name: str, value: T, most: int) -> None:
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > most:
        kept.popitem(last=False)
