"""Records: what was written is there, whoever kills the writer; what a stranger wrote does no harm."""

from __future__ import annotations

import json
import os
import pickle
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aisre_nb.errors import RecordError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.shelf import Shelf
from aisre_nb.record import frames
from aisre_nb.record.events import FORMAT, Asked, EvidenceKept, Noted
from aisre_nb.record.record import Record

Make = Callable[..., Evidence]
FRAME = pd.DataFrame({"n": [1, 2], "attributes": [{"a": 1}, None]})


def _lines(record: Record) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (record.folder / "events.jsonl").read_bytes().splitlines()]


def test_a_record_is_named_by_time_and_question(record: Record) -> None:
    assert re.fullmatch(r"\d{8}T\d{6}Z-why-is-checkout-slow-[0-9a-f]{4}", record.folder.name)
    strange = Record.create(record.folder.parent, "../../ ¿Qué?\n" + "x" * 500)
    strange.close()
    assert strange.folder.parent == record.folder.parent and len(strange.folder.name) < 80


def test_each_event_is_a_line_on_disk_when_append_returns(record: Record) -> None:
    record.append(Asked(question="why?", model="m", policy="p"))
    record.append(Noted(text="line\nbreak \U0001f600"))
    assert [line["type"] for line in _lines(record)] == ["asked", "note"]
    loaded = Record.load(record.folder)
    assert loaded.events == record.events and loaded.question == "why?" and loaded.notes == ()


def test_half_a_surrogate_pair_costs_no_event(record: Record) -> None:
    record.append(Noted(text="a\ud800b"))
    assert [line["text"] for line in _lines(record)] == ["a?b"]


def test_evidence_comes_back_whole_and_only_when_asked_for(record: Record, evidence: Make) -> None:
    kept = evidence(frame=FRAME)
    event = record.keep(kept)
    assert isinstance(event, EvidenceKept) and record.events == [event]
    back = Record.load(record.folder).evidence("E1")
    pd.testing.assert_frame_equal(back.df, FRAME)
    assert replace(back, frame=None) == replace(kept, frame=None)


def test_no_frame_is_read_on_load_and_each_once(
    record: Record, evidence: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 2, 3):
        record.keep(evidence(f"E{n}", FRAME))
    read: list[str] = []
    whole = frames.read
    monkeypatch.setattr(frames, "read", lambda path: [read.append(path.stem), whole(path)][1])
    found = Record.load(record.folder).all_evidence()
    shelf = Shelf()
    for one in found.values():
        shelf.put(one)
    assert [one.summary for one in shelf.values()] == ["s"] * 3 and read == []
    assert len(found["E2"].df) == len(found["E2"].df) == 2 and read == ["E2"]


def test_evidence_of_a_record_is_frozen_too(record: Record, evidence: Make) -> None:
    record.keep(evidence(frame=FRAME))
    back = Record.load(record.folder).evidence("E1")
    with pytest.raises(FrozenInstanceError):
        back.frame = None  # type: ignore[misc]
    assert back == back and len(back.df) == 2


def test_evidence_without_a_frame_has_none_and_no_note(record: Record, evidence: Make) -> None:
    record.keep(evidence())
    back = record.evidence("E1")
    assert back.frame is None and back.summary == "s" and not list((record.folder / "frames").iterdir())


def test_a_shelf_can_be_filled_again(record: Record, evidence: Make) -> None:
    record.keep(evidence(frame=FRAME))
    shelf = Shelf()
    shelf.put(Record.load(record.folder).evidence("E1"))
    assert shelf.find("get_logs", {"service": "orders"}) is shelf["E1"]


def test_a_line_that_was_cut_off_is_left_out_and_said(record: Record) -> None:
    record.append(Noted(text="one"))
    whole = (record.folder / "events.jsonl").read_bytes()
    for cut in range(1, len(whole) - 1, 7):
        (record.folder / "events.jsonl").write_bytes(whole + whole[:cut])
        loaded = Record.load(record.folder)
        assert [e.type for e in loaded.events] == ["note"] and loaded.notes == ("line 2 was cut off and is left out",)


def test_going_on_after_a_cut_starts_a_line_of_its_own(record: Record) -> None:
    record.append(Noted(text="one"))
    record.close()
    with (record.folder / "events.jsonl").open("ab") as file:
        file.write(b'{"type":"note","te' + b"x" * 200_000)
    again = Record.resume(record.folder)
    again.append(Noted(text="two"))
    again.close()
    assert [line["text"] for line in _lines(again)] == ["one", "two"]
    assert [e.text for e in again.events if isinstance(e, Noted)] == ["one", "two"]


def test_a_second_writer_is_refused_and_a_reader_is_not(record: Record) -> None:
    record.append(Noted(text="one"))
    with pytest.raises(RecordError, match=f"is being written by process {os.getpid()}"):
        Record.resume(record.folder)
    assert len(Record.load(record.folder).events) == 1
    record.close()
    Record.resume(record.folder).close()


def test_a_loaded_record_is_for_reading(record: Record, evidence: Make) -> None:
    record.append(Noted(text="one"))
    loaded = Record.load(record.folder)
    for write in (lambda: loaded.append(Noted(text="x")), lambda: loaded.keep(evidence(frame=FRAME))):
        with pytest.raises(RecordError, match="reading only"):
            write()
    record.close()
    with pytest.raises(RecordError, match="reading only"):
        record.append(Noted(text="x"))


def test_a_newer_format_is_refused_in_one_line(record: Record) -> None:
    record.append(Asked(question="q", model="m", policy="p", format=FORMAT + 1))
    with pytest.raises(RecordError, match="upgrade aisre-nb") as error:
        Record.load(record.folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("broken", ["missing", "garbage", "link", "folder"])
def test_a_frame_that_cannot_be_read_leaves_evidence_with_a_note(
    record: Record, evidence: Make, tmp_path: Path, broken: str
) -> None:
    record.keep(evidence(frame=FRAME))
    path = record.folder / "frames" / "E1.parquet"
    elsewhere = path.rename(tmp_path / "elsewhere.parquet")
    if broken == "garbage":
        path.write_bytes(b"PAR1 not really")
    elif broken == "link":
        path.symlink_to(elsewhere)
    elif broken == "folder":
        path.mkdir()
    back = Record.load(record.folder).evidence("E1")
    assert back.frame is None and back.summary.startswith("s [its frame") and back.facts["records"] == 2


class _Bomb:
    def __reduce__(self) -> Any:
        return os.mkdir, ("bomb",)


@pytest.mark.parametrize(
    "number", ["../../x", "E1/../../x", "/etc/passwd", "E1\x00", "E0", "e1", "E" + "9" * 50, "E1\n", ""]
)
def test_numbers_that_are_paths_are_never_followed(record: Record, evidence: Make, number: str) -> None:
    record.append(EvidenceKept(id=number, data={}))
    for call in (record.evidence, Record.load(record.folder).evidence, lambda n: record.keep(evidence(n, FRAME))):
        with pytest.raises(RecordError, match="no evidence's number"):
            call(number)
    assert not list((record.folder / "frames").iterdir())


def test_a_strangers_record_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "frames").mkdir()
    (tmp_path / "frames" / "E1.parquet").write_bytes(pickle.dumps(_Bomb()))
    lines = [
        b"\x80\x04pickle", b"[1,2]", b"null", b'"text"', b"{}", b'{"type":"unknown"}', b"[" * 100_000,
        b'{"type":"asked","format":"many","question":"q","model":"m","policy":"p"}',
        b'{"type":"evidence","id":"E1","data":{"kind":"evil","title":3,"facts":[],"arguments":"x","rows":1,'
        b'"window":{"start":"z"},"fetched_at":9,"link":"javascript:alert(1)","frame":"../x","nonsense":1}}',
    ]  # fmt: skip
    (tmp_path / "events.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    loaded = Record.load(tmp_path)
    assert [e.type for e in loaded.events] == ["evidence"] and len(loaded.notes) == 8
    back = loaded.evidence("E1")
    assert (back.kind, back.title, back.facts, back.arguments, back.link) == ("table", "", {}, {}, None)
    assert back.frame is None and back.window is None and not (tmp_path / "bomb").exists()


def test_what_is_no_record_is_said(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").mkdir()
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RecordError, match="not a record"):
            Record.load(folder)
    with pytest.raises(RecordError, match="there is no E1"):
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "events.jsonl").touch()
        Record.load(tmp_path / "r").evidence("E1")


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordError, match="no record can be made"):
        Record.create(tmp_path / "file", "q")


_FULL = """
import resource, signal, sys
from pathlib import Path
import pandas as pd
from aisre_nb.errors import RecordError
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Noted
from aisre_nb.record.record import Record

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
record = Record.create(Path(sys.argv[1]), "q")
record.append(Noted(text="one"))
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
frame = pd.DataFrame({"n": [str(hash(str(i))) for i in range(5000)]})
for write in (lambda: record.append(Noted(text="x" * 5000)),
              lambda: record.keep(Evidence("E1", "table", "t", "s", "x", {}, frame=frame))):
    try:
        write()
    except RecordError as error:
        print(error)
record.append(Noted(text="two"))
record.close()
print(record.folder)
"""


def test_a_full_disk_is_one_line_and_the_record_stays_whole(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _FULL, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second, folder = done.stdout.splitlines()
    assert "cannot be written" in first and "the frame of E1 cannot be written" in second
    loaded = Record.load(Path(folder))
    assert [e.text for e in loaded.events if isinstance(e, Noted)] == ["one", "two"] and loaded.notes == ()
    assert not list((Path(folder) / "frames").iterdir())


_WRITER = """
import sys
from pathlib import Path
import pandas as pd
from aisre_nb.evidence.evidence import Evidence
from aisre_nb.record.events import Noted
from aisre_nb.record.record import Record
import pyarrow.parquet

record = Record.create(Path(sys.argv[1]), "q")
print(record.folder, flush=True)
for n in range(1, 100_000):
    record.append(Noted(text=f"{n}:" + "x" * 20_000))
    record.keep(Evidence(f"E{n}", "table", "t", "s", "x", {}, frame=pd.DataFrame({"n": range(n)})))
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_writer_that_is_killed_leaves_a_record_that_loads(tmp_path: Path, seed: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    folder = Path(writer.stdout.readline().strip())
    time.sleep(random.Random(seed).uniform(0.01, 0.4))
    os.kill(writer.pid, signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    loaded = Record.load(folder)
    assert len(loaded.notes) <= 1
    notes = [e.text for e in loaded.events if isinstance(e, Noted)]
    assert notes == [f"{n}:" + "x" * 20_000 for n in range(1, len(notes) + 1)]
    kept = [e.id for e in loaded.events if isinstance(e, EvidenceKept)]
    assert kept == [f"E{n}" for n in range(1, len(kept) + 1)] and len(notes) - len(kept) in (0, 1)
    assert all(list(loaded.evidence(number).df["n"]) == list(range(int(number[1:]))) for number in kept)
    # The lock went with the writer.
    again = Record.resume(folder)
    again.append(Noted(text="on"))
    again.close()
    assert Record.load(folder).notes == ()
