"""Which repository a service's code is in, and which folder of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aisre_nb.errors import ToolError
from aisre_nb.sources.git_tree import service_folders
from aisre_nb.sources.manifests import same_service


@dataclass(frozen=True)
class Places:
    """From configuration first; else the folder that bears the service's name, in the main repository."""

    main: str
    services: Mapping[str, str]

    def repositories(self) -> list[str]:
        """All of them, the main one first."""
        others = [place.rpartition(":")[0] for place in self.services.values()]
        return list(dict.fromkeys([self.main, *(other for other in others if other)]))

    def repository(self, service: str) -> str:
        """The one that a service is in."""
        return self._place(service).rpartition(":")[0] or self.main

    def folders(self, service: str, paths: Sequence[str]) -> list[str]:
        """A service's folders among these paths; ``[""]`` is all of the repository."""
        if self._named(service):
            return [self._place(service).rpartition(":")[2].strip("/")]
        return service_folders(paths, service)

    def services_of(self, repository: str, path: str, known: Sequence[str] = ()) -> list[str]:
        """The configured services whose folder holds a path, else those of ``known`` whose name is in it."""
        found = []
        for service in self.services:
            folder = self._place(service).rpartition(":")[2].strip("/")
            if self.repository(service) == repository and within(path, folder):
                found.append(service)
        parts = path.split("/")[:-1]
        return found or [name for name in known if any(same_service(part, name) for part in parts)]

    def outside(self, repository: str, path: str) -> str:
        """A path as it is told: with its repository before it where that is not the main one."""
        return path if repository == self.main else f"{repository}:{path}"

    def inside(self, path: str) -> tuple[str, str]:
        """Repository and path of what `outside` told."""
        repository, colon, rest = path.partition(":")
        return (repository, rest) if colon and repository in self.repositories() else (self.main, path)

    def one(self, paths: Sequence[str]) -> str:
        """The repository that all of them are in. Raises `ToolError` where they are in several."""
        found = {self.inside(path)[0] for path in paths}
        if len(found) > 1:
            raise ToolError(
                f"the files are in {len(found)} repositories: {', '.join(sorted(found))}", "propose one for each"
            )
        return next(iter(found), self.main)

    def _named(self, service: str) -> str:
        return service if service in self.services else next((s for s in self.services if same_service(s, service)), "")

    def _place(self, service: str) -> str:
        return self.services.get(self._named(service), "")


def within(path: str, folder: str) -> bool:
    """Whether a path is in a folder; every path is in the empty one."""
    return not folder or path.startswith(f"{folder}/")
