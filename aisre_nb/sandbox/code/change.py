"""A change of a service's source, as its repository gets it."""

from __future__ import annotations

from dataclasses import dataclass

from aisre_nb.sandbox.repository.tree import overlay


@dataclass(frozen=True)
class CodeCommit:
    """One commit of a change."""

    message: str
    paths: tuple[str, ...]
    """The files of the change that it brings, by how their paths end; the last commit brings the rest."""
    minutes: float
    """Before the rollout."""


@dataclass(frozen=True)
class CodeChange:
    """A change of source that a release brings; its files lie in ``shop/changes/<name>``."""

    name: str
    service: str
    before: str
    version: str
    commits: tuple[CodeCommit, ...]

    def files(self) -> dict[str, str]:
        """Whole new texts by path."""
        return overlay(self.name)
