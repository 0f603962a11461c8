"""A record as one compressed piece, to travel inside a notebook; and back, also where a stranger made it."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import shutil
import stat
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from aisre_nb.errors import RecordError
from aisre_nb.record.events import Noted, Reported
from aisre_nb.record.record import Record

MIME = "application/vnd.aisre.record+json"
"""Of an output that holds a packed record: ``{"record": name, "bytes": size, "zip": base64}``."""
ENDING = ".aisre.zip"
"""Of an attachment that is one."""
NAME = r"(?a:[0-9A-Za-z][\w.-]{0,120})"
"""How a record may be called that came inside a notebook; never a path."""
_FILE = re.compile(r"events\.jsonl|frames/E[1-9][0-9]{0,6}\.parquet")
MOST_FILES = 20_000
MOST_BYTES = 2 << 30
"""Unpacked. A few kilobytes can claim to be terabytes."""
MOST_PACKED = 100 << 20
"""A notebook with more inside cannot be worked with."""


def pack(folder: Path, *, cited: bool = False) -> bytes:
    """``events.jsonl`` and the frames, deflated; ``cited``: only the frames that the reports rest on.

    The same record gives the same bytes. Raises `RecordError`.
    """
    record = Record.load(folder)
    wanted = _cited(record) if cited else set(record.all_evidence())
    whole = io.BytesIO()
    try:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            files = [f"frames/{number}.parquet" for number in record.all_evidence() if number in wanted]
            for name in ("events.jsonl", *files):
                path = folder / name
                if path.is_symlink() or not path.is_file():
                    continue
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
                if whole.tell() > MOST_PACKED:
                    raise RecordError(f"{folder.name} is too large for a notebook", _SMALLER)
    except OSError as error:
        raise RecordError(f"{folder} cannot be read: {error.strerror}", "see who may read it") from None
    return whole.getvalue()


_SMALLER = "leave out what no report cites: --cited; or keep the record's folder beside the notebook"


def unpack(packed: bytes, name: str, parent: Path) -> Path:
    """Into a new folder under ``parent``, named by what it holds; one that is there already is taken as it is.

    Only a record's own files are written, nothing is followed, nothing replaced. Raises `RecordError`.
    """
    if not re.fullmatch(NAME, name):
        raise RecordError(f"{name[:40]!r} is no record's name")
    target = parent / hashlib.sha256(packed).hexdigest()[:24] / name
    if target.is_dir() and not target.is_symlink() and not target.parent.is_symlink():
        return target
    temporary = target.parent.with_name(f".{target.parent.name}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.mkdir(parents=True)
        _write(packed, temporary)
        target.parent.mkdir(exist_ok=True)
        temporary.rename(target)
    # All that zipfile raises for what is no archive, or one of another kind (NotImplementedError: its compression).
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ValueError, NotImplementedError, EOFError, RuntimeError) as error:
        raise _refused(name, " ".join(str(error).split())[:120]) from None
    except OSError as error:
        if target.is_dir() and not target.is_symlink():
            # Another process was quicker with the same.
            return target
        raise RecordError(f"{target} cannot be written: {error.strerror}", "free some space") from None
    except zlib.error:
        raise _refused(name, "it is damaged") from None
    finally:
        with suppress(OSError):
            shutil.rmtree(temporary)
    return target


def _write(packed: bytes, folder: Path) -> None:
    """Raises `ValueError` for whatever is not a record's."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
            raise ValueError(f"it holds more than {MOST_FILES} files or {MOST_BYTES >> 30} GB")
        if len(set(names)) != len(names) or "events.jsonl" not in names:
            raise ValueError("it holds a file twice, or no events")
        for entry in entries:
            if not _FILE.fullmatch(entry.filename) or entry.orig_filename != entry.filename:
                raise ValueError(f"it holds {entry.filename[:60]!r}, which is no part of a record")
            if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1:
                raise ValueError("it holds a link, or something encrypted")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError("it is compressed in another way")
        (folder / "frames").mkdir()
        left = MOST_BYTES
        for entry in entries:
            left = _copy(archive, entry, folder / entry.filename, left)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, left: int) -> int:
    """Counted as it comes, for what an entry says of its own size may be a lie. Returns what is left of the limit."""
    with archive.open(entry) as source, path.open("xb") as file:
        while chunk := source.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise ValueError(f"it unpacks to more than {MOST_BYTES >> 30} GB")
            file.write(chunk)
    return left


def _refused(name: str, why: str) -> RecordError:
    return RecordError(f"what is packed as {name} cannot be used: {why}", "ask for the record's folder instead")


def _cited(record: Record) -> set[str]:
    """All numbers that stand in a report, or in an answer that was given in words."""
    said = [event.report if isinstance(event, Reported) else event.text for event in record.events
            if isinstance(event, Reported | Noted)]  # fmt: skip
    told = " ".join(map(str, said))
    return set(re.findall(r"\bE[1-9][0-9]{0,6}\b", told))
