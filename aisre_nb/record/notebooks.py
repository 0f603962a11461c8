"""Which records belong to a notebook: those that its outputs name, beside it or inside it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aisre_nb.errors import RecordError
from aisre_nb.record.pack import ENDING, MIME, NAME, unpack


@dataclass
class Named:
    """What a notebook's file says."""

    names: list[str] = field(default_factory=list)
    """In the order of its cells."""
    packed: dict[str, bytes] = field(default_factory=dict)


def find(named: Path, record_dir: Path) -> list[Path]:
    """The folders of the records: of a record's folder, a record's name, or a notebook. Raises `RecordError`."""
    if named.suffix == ".ipynb" and named.is_file():
        return of_notebook(named, record_dir)
    if named.is_dir():
        return [named]
    if len(named.parts) == 1 and (record_dir / named).is_dir():
        return [record_dir / named]
    places = [str(named)] + ([str(record_dir / named)] if len(named.parts) == 1 else [])
    raise RecordError(
        f"there is no record and no notebook {named}: looked at {', '.join(places)}", "name a record's folder"
    )


def of_notebook(path: Path, record_dir: Path) -> list[Path]:
    """The folders of its records; what is inside it alone is unpacked first. Raises `RecordError`."""
    told = read(path)
    if not told.names:
        raise RecordError(
            f"{path} names no record, and none is inside it", "name the record's folder, or run its %%sre cells first"
        )
    beside = path.parent.resolve()
    around = [beside / ".aisre" / "records", beside / "records", beside, record_dir]
    found = []
    for name in told.names:
        folder = next((place / name for place in around if (place / name / "events.jsonl").is_file()), None)
        if folder is None and name in told.packed:
            folder = unpack(told.packed[name], name, record_dir.parent / "replays")
        if folder is None:
            places = ", ".join(str(place / name) for place in dict.fromkeys(around))
            raise RecordError(
                f"{path.name} speaks of the record {name}, which is not inside it and not at {places}",
                "put the record's folder beside the notebook",
            )
        found.append(folder)
    return found


def read(path: Path) -> Named:
    """What the notebook says; whatever else stands in it is left alone. Raises `RecordError`."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecordError(f"{path} cannot be read as a notebook: {type(error).__name__}", "name another one") from None
    told = Named()
    for name, packed in _mentions(cells):
        if not re.fullmatch(NAME, name):
            continue
        if name not in told.names:
            told.names.append(name)
        if packed:
            told.packed[name] = packed
    return told


def _mentions(cells: Any) -> Iterator[tuple[str, bytes]]:
    """Each name, and what is packed under it, if anything."""
    for cell in cells if isinstance(cells, list) else []:
        for file, bundle in _object(_object(cell).get("attachments")).items():
            if file.endswith(ENDING):
                yield file.removesuffix(ENDING), _bytes(_object(bundle).get("application/zip"))
        outputs = _object(cell).get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            name = _object(_object(_object(output).get("metadata")).get("aisre")).get("record")
            inside = _object(_object(_object(output).get("data")).get(MIME))
            if isinstance(inside.get("record"), str):
                yield inside["record"], _bytes(inside.get("zip"))
            if isinstance(name, str):
                yield name, b""


def _bytes(value: Any) -> bytes:
    text = "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
    try:
        return base64.b64decode(text) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
