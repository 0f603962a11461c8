"""The shop's files, as package data."""

from __future__ import annotations

from pathlib import Path

SHOP = Path(__file__).parents[1] / "shop"


def base_tree() -> dict[str, str]:
    """Texts by path: the repository before any change that the history makes later, without service manifests."""
    return _read(SHOP / "base")


def overlay(name: str) -> dict[str, str]:
    """The files that a change of source brings, by path."""
    return _read(SHOP / "changes" / name)


def _read(folder: Path) -> dict[str, str]:
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            # Names with a leading dot would be hidden from what packs and searches this project.
            path = file.relative_to(folder).as_posix().replace("dot-", ".")
            found[path] = file.read_text(encoding="utf-8")
    return found
