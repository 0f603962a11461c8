"""Files of a case folder: each whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def write_text(file: Path, text: str) -> None:
    """Put the text in the file's place."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(file)


def write_json(file: Path, data: Any) -> None:
    """As JSON that a person can read."""
    write_text(file, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def write_rows(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line."""
    write_text(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def read_rows(file: Path) -> list[dict[str, Any]]:
    """What `write_rows` wrote."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def add_part(table: Path, fresh: Path, number: int) -> None:
    """Put one more part beside those that there are; a table that was a file becomes a folder."""
    if table.is_file():
        folder = table.with_name(f".{table.name}.folder")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        os.link(table, folder / "part-00000.parquet")
        aside = table.with_name(f".{table.name}.before")
        table.rename(aside)
        folder.rename(table)
        aside.unlink()
    table.mkdir(exist_ok=True)
    fresh.rename(table / f"part-{number:05}.parquet")
