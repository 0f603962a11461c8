"""Where the record of each pull request is kept: one JSON file, its number its name."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aisre_nb.errors import SourceUnreachable
from aisre_nb.sources.remote import Remote

FIELDS = ("number", "kind", "title", "body", "branch", "base", "base_commit", "head_commit", "state", "files",
          "opened_at", "by")  # fmt: skip
"""``state`` is "open", "merged" or "closed"; ``files`` are paths."""


def store_folder(repository: Path, remote: Remote) -> Path:
    """Beside the branches where the remote is on this machine, else in the clone's own ``.git``."""
    if remote.folder is not None:
        return remote.folder / "pull-requests"
    git_folder = repository / ".git"
    return (git_folder if git_folder.is_dir() else repository) / "aisre" / "pull-requests"


def read_all(folder: Path) -> list[dict[str, Any]]:
    """All records, by number. Raises `SourceUnreachable` naming the one that cannot be read."""
    found = []
    for path in sorted(folder.glob("[0-9]*.json"), key=lambda p: (len(p.stem), p.stem)):
        try:
            found.append(dict(json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError) as error:
            raise SourceUnreachable(f"{path} cannot be read: {error}", "mend or remove that file") from None
    return found


def add(folder: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a new record under the next free number; two that come at once get two numbers."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        taken = [int(path.stem) for path in folder.glob("*.json") if path.stem.isdigit()]
        number = max(taken, default=0) + 1
        while True:
            numbered = {"number": number, **record}
            written = _written(folder, numbered)
            try:
                # A link appears whole, or not at all, and never over another file.
                os.link(written, folder / f"{number}.json")
                return numbered
            except FileExistsError:
                number += 1
            finally:
                written.unlink()
    except OSError as error:
        raise SourceUnreachable(f"{folder} cannot be written: {error.strerror}", "see who may write there") from None


def replace(folder: Path, record: Mapping[str, Any]) -> None:
    """Write a known record anew, whole or not at all."""
    try:
        _written(folder, record).replace(folder / f"{record['number']}.json")
    except OSError as error:
        raise SourceUnreachable(f"{folder} cannot be written: {error.strerror}", "see who may write there") from None


def _written(folder: Path, record: Mapping[str, Any]) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(record, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    path = Path(name)
    path.chmod(0o644)
    return path
