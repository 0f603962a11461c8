"""Which records belong to a notebook, whoever wrote it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import RecordError
from aisre_nb.record.embedding import embed
from aisre_nb.record.notebooks import find, of_notebook, read
from aisre_nb.record.pack import MIME, pack
from aisre_nb.record.record import Record


def _output(name: Any, data: Any = None) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data or {"text/plain": "x"}, "metadata": {"aisre": {"record": name}}}


def _notebook(path: Path, *cells: list[dict[str, Any]]) -> Path:
    code = [{"cell_type": "code", "metadata": {}, "source": "", "outputs": outputs} for outputs in cells]
    path.write_text(json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    return path


def test_its_records_come_in_the_order_of_its_cells(tmp_path: Path) -> None:
    for folder in ("records/a", ".aisre/records/b", "c", "elsewhere/d"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "events.jsonl").touch()
    path = _notebook(tmp_path / "n.ipynb", [_output("d"), _output("b")], [], [_output("b"), _output("a"), _output("c")])
    found = of_notebook(path, tmp_path / "elsewhere")
    assert [folder.relative_to(tmp_path).as_posix() for folder in found] == [
        "elsewhere/d", ".aisre/records/b", "records/a", "c",
    ]  # fmt: skip


def test_it_is_said_where_a_record_was_looked_for(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "n.ipynb", [_output("a")])
    with pytest.raises(RecordError) as error:
        of_notebook(path, tmp_path / "elsewhere")
    for place in (".aisre/records/a", "records/a", "a", "elsewhere/a"):
        assert f"{tmp_path / place}" in str(error.value)
    with pytest.raises(RecordError, match="names no record"):
        of_notebook(_notebook(tmp_path / "m.ipynb", []), tmp_path)


def test_an_output_that_holds_a_record_is_enough(record: Record, tmp_path: Path) -> None:
    data = {MIME: {"record": "r", "zip": base64.b64encode(pack(record.folder)).decode()}, "text/plain": "x"}
    path = _notebook(tmp_path / "n.ipynb", [_output("r", data)])
    [folder] = of_notebook(path, tmp_path / "w" / "records")
    assert folder.parent.parent == tmp_path / "w" / "replays"
    assert Record.load(folder).events == record.events


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b'{"cells": 3}',
        b'{"cells": [3, null, {"outputs": 3}, {"outputs": [null, {"metadata": []}]}]}',
        b'{"cells": [{"attachments": [], "outputs": [{"data": {"' + MIME.encode() + b'": 7}}]}]}', b"[" * 100_000,
        b'{"cells": [{"outputs": [{"metadata": {"aisre": {"record": "../../etc"}}}]}]}',
        b'{"cells": [{"attachments": {"x.aisre.zip": {"application/zip": "*"}}}]}',
    ],
)  # fmt: skip
def test_a_strangers_notebook_does_no_harm(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_bytes(content)
    with pytest.raises(RecordError) as error:
        of_notebook(path, tmp_path / "records")
    assert "\n" not in str(error.value) and [p.name for p in tmp_path.iterdir()] == ["n.ipynb"]


def test_a_record_is_found_by_folder_and_by_name(record: Record, tmp_path: Path) -> None:
    folder = record.folder
    assert find(folder, tmp_path) == find(Path(folder.name), folder.parent) == [folder]
    with pytest.raises(RecordError, match=r"looked at \.\./x"):
        find(Path("../x"), folder.parent)


def test_a_file_that_cannot_be_written_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text("no notebook")
    with pytest.raises(RecordError, match="cannot be read as a notebook"):
        embed(path, {"r": b"x"})
    assert path.read_text() == "no notebook" and [p.name for p in tmp_path.iterdir()] == ["n.ipynb"]


def test_embedding_nothing_takes_out_what_was_inside_and_half_a_letter_survives(tmp_path: Path) -> None:
    path = _notebook(tmp_path / "n.ipynb", [_output("a", {"text/plain": "half \ud800 a letter"})])
    before = json.loads(path.read_bytes())
    embed(path, {"r": b"x"})
    assert list(read(path).packed) == ["r"]
    embed(path, {})
    assert json.loads(path.read_bytes()) == before
