"""What ``[sources.NAME]`` of a host of code may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from aisre_nb.sources.http.access import Access, HttpOptions

_REPOSITORY = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*){1,20}", re.ASCII)


class ForgeOptions(HttpOptions):
    """The repository, and where each service's code is."""

    repository: str = Field(examples=["OWNER/NAME"])
    services: dict[str, str] = Field(default_factory=dict)
    """By service: the path of its folder, or ``"OWNER/NAME:PATH"`` where it is in another repository."""
    branch: str = ""
    """What is deployed from; empty: the repository's default branch."""
    labels: list[str] = Field(default_factory=list)
    """What each pull request is labelled with; the repository should have them."""
    draft: bool = True
    reviewers: bool = True
    """Whether those whom CODEOWNERS names are asked to review."""

    @field_validator("repository")
    @classmethod
    def _a_repository(cls, name: str) -> str:
        if not _REPOSITORY.fullmatch(name):
            raise ValueError('repository is no repository → write repository = "OWNER/NAME"')
        return name

    @field_validator("services")
    @classmethod
    def _places(cls, services: dict[str, str]) -> dict[str, str]:
        for service, place in services.items():
            repository, colon, path = place.rpartition(":")
            if colon and not _REPOSITORY.fullmatch(repository):
                raise ValueError(f'{service[:60]!r} has no repository before the colon → write "OWNER/NAME:PATH"')
            if path.startswith("/") or ".." in path.split("/"):
                raise ValueError(f"the path of {service[:60]!r} leads outside → name it from the repository's top")
        return services

    def signed(self, name: str, base: Path, environ: Mapping[str, str], variables: tuple[str, ...]) -> Access:
        """The access, with the first of these variables as its token where the options name none."""
        named = self.token_env or self.token_keyring or self.username or self.headers_env
        variable = next((v for v in variables if environ.get(v, "").strip()), None)
        if named or variable is None:
            return self.access(name, base, environ)
        return self.model_copy(update={"token_env": variable}).access(name, base, environ)

    @property
    def host(self) -> str:
        """Its host, without a port."""
        return (urlsplit(self.url).hostname or "").lower()
