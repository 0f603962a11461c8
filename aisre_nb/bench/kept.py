"""A run's folder: what was asked for, and each finished case as a line, so that a run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from aisre_nb.bench.score import Row
from aisre_nb.bench.suite import Case
from aisre_nb.bench.summary import case_of
from aisre_nb.errors import UsageError

_RUN, _CASES = "run.json", "cases.jsonl"


class Kept:
    """The folder of one run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / _CASES

    def begin(self, told: Mapping[str, Any], fresh: bool) -> None:
        """Make the folder. Raises `UsageError` where it holds a run of something else."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            before = None if fresh else _json(self.folder / _RUN)
            if before is not None and before != dict(told):
                other = next(name for name in {**before, **told} if before.get(name) != told.get(name))
                raise UsageError(
                    f"{self.folder} holds a run with another {other}", "begin it anew: --fresh, or name another: --out"
                )
            if before is None:
                self._file.unlink(missing_ok=True)
                (self.folder / _RUN).write_text(json.dumps(told, indent=1), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{self.folder} cannot be written: {error.strerror}", "name a folder: --out") from None

    def rows(self) -> dict[str, Row]:
        """What is finished, by key; a last line that was cut off is dropped, and from the file too."""
        if not self._file.is_file():
            return {}
        found: dict[str, Row] = {}
        whole = 0
        data = self._file.read_bytes()
        for line in data.splitlines(keepends=True):
            try:
                row = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                row = None
            if isinstance(row, dict) and "outcome" in row:
                found[key_of(row)] = row
            if not line.endswith(b"\n"):
                break
            whole += len(line)
        if whole < len(data):
            os.truncate(self._file, whole)
        return found

    def finished(self, cases: Iterable[Case]) -> dict[str, Row]:
        """The rows of these cases; one that ended with an error is not finished, and is tried again."""
        rows = self.rows()
        return {case.key: rows[case.key] for case in cases if case.key in rows and not rows[case.key]["error"]}

    def add(self, row: Row) -> None:
        """One more, on the disk before anything else happens."""
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())


def key_of(row: Row) -> str:
    """What `Case.key` says of the case of this row."""
    return case_of(row) + (f" #{row['repeat']}" if row["repeat"] > 1 else "")


def code_version() -> str:
    """A digest of this package's own source: what an edited investigator finds is another run."""
    import aisre_nb

    root = Path(aisre_nb.__file__).parent
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        # What only judges or shows an answer does not change it.
        if file.relative_to(root).parts[0] not in ("bench", "render", "notebook"):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def folder_of(told: Mapping[str, Any], base: Path) -> Path:
    """The default folder of such a run: suite and model to read, the rest as a few digits."""
    suite = str(told["suite"])
    name = Path(suite).name if "/" in suite else suite
    readable = "".join(c if c.isalnum() or c in "-_." else "-" for c in f"{name}-{told['model']}")
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
    return base / f"{readable[:60]}-{digest}"


def read_run(path: Path) -> tuple[dict[str, Any], list[Row]]:
    """What ``--json`` printed to a file, or a run's folder. Raises `UsageError`."""
    see = "name a run's folder, or a file that aisre-nb bench --json wrote"
    if path.is_dir() and (path / _CASES).is_file():
        return _json(path / _RUN) or {}, list(Kept(path).rows().values())
    told = _json(path)
    cases = (told or {}).get("cases")
    if told is None or not isinstance(cases, list) or not all(_is_row(row) for row in cases):
        raise UsageError(f"{path} holds no run of the bench", see)
    return dict(told.get("run") or {}), cases


def _is_row(row: Any) -> bool:
    needed: Iterable[str] = ("name", "seed", "difficulty", "repeat", "outcome", "truth", "right", "confidence")
    return isinstance(row, dict) and all(name in row for name in needed)


def _json(file: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None
