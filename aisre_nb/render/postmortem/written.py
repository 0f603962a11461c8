"""A postmortem's files: written whole or not at all, and never over what a person wrote or edited."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from aisre_nb.errors import UsageError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.redaction import Redactor
from aisre_nb.render.postmortem import template
from aisre_nb.render.postmortem.markdown import markdown
from aisre_nb.render.postmortem.page import page
from aisre_nb.report.postmortem.document import Postmortem

_SEAL = re.compile(r"\n<!-- aisre-nb postmortem ([0-9a-f]{64}) -->\n\Z")


def write_html(
    path: Path,
    found: Postmortem,
    evidence: Mapping[str, Evidence],
    redactor: Redactor,
    house: Path | None = None,
    *,
    force: bool = False,
) -> None:
    """One self-contained file. Raises `UsageError` where it cannot be written, or would destroy somebody's words."""
    _free(path, force)
    _write(path, _sealed(page(found, evidence, redactor, template.read(house) if house else "")))


def write_markdown(
    path: Path,
    found: Postmortem,
    evidence: Mapping[str, Evidence],
    redactor: Redactor,
    house: Path | None = None,
    *,
    force: bool = False,
) -> list[Path]:
    """The text, and its pictures in ``NAME_files`` beside it; returns the pictures. Raises `UsageError` likewise."""
    _free(path, force)
    folder = path.with_name(f"{path.stem}_files")
    text, pictures = markdown(found, evidence, redactor, template.read(house), folder.name)
    made = [folder / name for name in pictures]
    if pictures:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder} cannot be made: {error.strerror}", "name another file") from None
    for target, picture in zip(made, pictures.values(), strict=True):
        _write(target, picture)
    _write(path, _sealed(text))
    return made


def _sealed(text: str) -> str:
    """With the hash of what was written: by it an edited file is told from one that is as it was made."""
    body = text.rstrip("\n") + "\n"
    return f"{body}\n<!-- aisre-nb postmortem {_hash(body)} -->\n"


def _free(path: Path, force: bool) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder", "name a file")
    if force or not path.exists():
        return
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        text = ""
    seal = _SEAL.search(text)
    if seal is None or _hash(text[: seal.start()]) != seal[1]:
        told = (
            "was edited since it was made"
            if "<!-- aisre-nb postmortem " in text
            else "is there already, and no postmortem"
        )
        raise UsageError(f"{path} {told}", "name another file, or replace it: --force")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _write(path: Path, text: str) -> None:
    """Under another name first: a reader sees the old file or the new one."""
    aside = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}")
    try:
        with aside.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        aside.replace(path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", "name a file in a folder that is there"
        ) from None
