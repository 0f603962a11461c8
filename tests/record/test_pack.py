"""Packing and unpacking: a record comes back as it was; a stranger's piece writes nothing but a record's own files."""

from __future__ import annotations

import io
import stat
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aisre_nb.errors import RecordError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record import pack as packing
from aisre_nb.record.events import Reported
from aisre_nb.record.pack import pack, unpack
from aisre_nb.record.record import Record

FRAME = pd.DataFrame({"n": range(100)})
NAMES = st.one_of(
    st.sampled_from([
        "events.jsonl", "frames/E1.parquet", "frames/E2.parquet", "frames/../../x", "../x", "/x", "frames/E1.parquet/",
        "frames/E0.parquet", "Frames/E1.parquet", "frames\\E1.parquet", "lock", "frames/", "events.jsonl\x00.txt",
    ]),
    st.text(max_size=30),
)  # fmt: skip
ENTRIES = st.lists(
    st.tuples(NAMES, st.binary(max_size=200), st.booleans(), st.sampled_from([0, 8, 12, 14])), max_size=6
)


def _zipped(entries: list[tuple[str, bytes, bool, int]]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name may come twice
        for name, data, link, method in entries:
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16 if link else 0
            archive.writestr(entry, data)
    return whole.getvalue()


@pytest.fixture
def kept(record: Record, evidence: Callable[..., Evidence]) -> Record:
    for n in (1, 2, 3):
        record.keep(evidence(f"E{n}", FRAME))
    report = {"question": "q", "outcome": "no_fault", "claims": [{"text": "it is so", "evidence": ["E2"]}]}
    record.append(Reported(report=report))
    return record


def test_a_record_comes_back_as_it_was(kept: Record, tmp_path: Path) -> None:
    packed = pack(kept.folder)
    assert packed == pack(kept.folder)
    back = unpack(packed, kept.folder.name, tmp_path / "replays")
    assert back.name == kept.folder.name and (back.parent.parent == tmp_path / "replays")
    loaded = Record.load(back)
    assert loaded.events == kept.events
    for number, one in loaded.all_evidence().items():
        pd.testing.assert_frame_equal(one.df, kept.evidence(number).df)


def test_cited_leaves_out_what_no_report_rests_on(kept: Record, tmp_path: Path) -> None:
    back = unpack(pack(kept.folder, cited=True), "r", tmp_path / "replays")
    assert [path.name for path in (back / "frames").iterdir()] == ["E2.parquet"]


def test_what_is_there_already_is_never_written_again(kept: Record, tmp_path: Path) -> None:
    packed = pack(kept.folder)
    first = unpack(packed, "r", tmp_path / "replays")
    (first / "events.jsonl").write_text("mine")
    assert unpack(packed, "r", tmp_path / "replays") == first and (first / "events.jsonl").read_text() == "mine"


@settings(max_examples=300, deadline=None)
@given(ENTRIES, st.binary(max_size=20), st.integers(0, 400))
def test_a_strangers_piece_writes_a_records_files_or_nothing(
    entries: list[tuple[str, bytes, bool, int]], tail: bytes, cut: int
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch)
        (base / "x").write_text("before")
        packed = _zipped(entries) + tail
        try:
            folder = unpack(packed[: len(packed) - cut] if cut < 40 else packed, "name", base / "a" / "replays")
        except RecordError as error:
            assert "\n" not in str(error)
            assert not [path for path in (base / "a").rglob("*") if path.is_file()]
        else:
            found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if not path.is_dir()}
            assert found.keys() <= {"events.jsonl", "frames/E1.parquet", "frames/E2.parquet"}
            assert not [path for path in found.values() if path.is_symlink()]
            assert {name: path.read_bytes() for name, path in found.items()} == {
                zipfile.ZipInfo(n).filename: data for n, data, _, _ in entries
            }
        assert (base / "x").read_text() == "before" and {path.name for path in base.iterdir()} <= {"x", "a"}


@pytest.mark.parametrize("name", ["", "..", "../x", "/x", "a/b", "a\\b", ".hidden", "x" * 200, "a\nb", "é"])
def test_a_name_that_is_a_path_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no record's name"):
        unpack(_zipped([("events.jsonl", b"", False, 8)]), name, tmp_path / "replays")
    assert not list(tmp_path.iterdir())


def test_a_bomb_is_refused_by_what_it_says_and_by_what_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_BYTES", 1 << 20)
    bomb = _zipped([("events.jsonl", bytes(3 << 20), False, 8)])
    assert len(bomb) < 10_000
    with pytest.raises(RecordError, match="more than"):
        unpack(bomb, "r", tmp_path / "replays")
    # One that lies about its size: 16 bytes, it says, in both of its headers.
    lying = bomb.replace((3 << 20).to_bytes(4, "little"), (16).to_bytes(4, "little"))
    assert lying != bomb
    with pytest.raises(RecordError):
        unpack(lying, "r", tmp_path / "replays")
    monkeypatch.setattr(packing, "MOST_FILES", 3)
    many: list[Any] = [(f"frames/E{n}.parquet", b"", False, 8) for n in range(1, 5)]
    with pytest.raises(RecordError, match="more than 3 files"):
        unpack(_zipped([("events.jsonl", b"", False, 8), *many]), "r", tmp_path / "replays")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_one_that_is_too_large_for_a_notebook_is_said(kept: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MOST_PACKED", 100)
    with pytest.raises(RecordError, match="--cited"):
        pack(kept.folder)


def test_a_link_in_a_record_is_not_packed(kept: Record, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    path = kept.folder / "frames" / "E1.parquet"
    path.unlink()
    path.symlink_to(tmp_path / "secret")
    with zipfile.ZipFile(io.BytesIO(pack(kept.folder))) as archive:
        assert archive.namelist() == ["events.jsonl", "frames/E2.parquet", "frames/E3.parquet"]
