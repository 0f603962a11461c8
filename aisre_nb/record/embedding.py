"""Records inside a notebook's file: attachments of one last Markdown cell that says what it is."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aisre_nb.errors import RecordError
from aisre_nb.record.pack import ENDING


def embed(notebook: Path, packed: Mapping[str, bytes]) -> None:
    """Put them in, in the place of those that an earlier call put in; all else stays. Raises `RecordError`.

    The file is replaced whole or not at all.
    """
    path = notebook.resolve()
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        cells = content["cells"]
        if content.get("nbformat") != 4 or not isinstance(cells, list):
            raise ValueError("it has no cells")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RecordError(
            f"{notebook} cannot be read as a notebook: {type(error).__name__}", "name another one"
        ) from None
    content["cells"] = [cell for cell in cells if not _ours(cell)]
    if packed:
        content["cells"].append(_cell(packed, with_id=content.get("nbformat_minor", 0) >= 5))
    _replace(path, _text(content).encode() + (b"\n" if text.endswith("\n") else b""))


def _text(content: Any) -> str:
    text = json.dumps(content, indent=1, ensure_ascii=False)
    with suppress(UnicodeEncodeError):
        text.encode()
        return text
    # Half a surrogate pair, in what a program printed, can be written as an escape alone.
    return json.dumps(content, indent=1)


def _ours(cell: Any) -> bool:
    metadata = cell.get("metadata") if isinstance(cell, dict) else None
    told = metadata.get("aisre") if isinstance(metadata, dict) else None
    return isinstance(told, dict) and "embedded" in told


def _cell(packed: Mapping[str, bytes], *, with_id: bool) -> dict[str, Any]:
    rows = [f"- [{name}](attachment:{name}{ENDING}), {size(len(data))} compressed" for name, data in packed.items()]
    source = "\n".join(
        [
            "**The record of this investigation is inside this cell**: each event and each result, so that the "
            "notebook can be run again offline, without keys or access: `%load_ext aisre_nb`, then `%sre replay`; or "
            "`aisre-nb replay` with this file's name.",
            "",
            *rows,
        ]
    )
    cell: dict[str, Any] = {
        "attachments": {
            f"{name}{ENDING}": {"application/zip": base64.b64encode(data).decode()} for name, data in packed.items()
        },
        "cell_type": "markdown",
        "metadata": {"aisre": {"embedded": list(packed)}},
        "source": source.splitlines(keepends=True),
    }
    return {**cell, "id": "aisre-record"} if with_id else cell


def size(count: int) -> str:
    """In words: ``"312 kB"``."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count / 1e3, 0.1):.{0 if count >= 1e4 else 1}f} kB"


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            temporary.chmod(path.stat().st_mode & 0o7777)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise RecordError(f"{path} cannot be written: {error.strerror}", "see who may write it") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
