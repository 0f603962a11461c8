"""A run's folder: it goes on after a kill, and takes no other run's rows for its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aisre_nb.bench.kept import Kept, folder_of, key_of, read_run
from aisre_nb.bench.suite import Case
from aisre_nb.errors import UsageError

from .rows import row

RUN = {"suite": "sandbox", "model": "builtin", "version": "1", "settings": {}}


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    found = Kept(tmp_path / "run")
    found.begin(RUN, fresh=False)
    return found


def test_rows_come_back_by_the_key_of_their_case(kept: Kept) -> None:
    kept.add(row("a"))
    kept.add(row("a", repeat=2))
    assert set(kept.rows()) == {Case("a", seed=1).key, Case("a", 2, seed=1).key}
    assert key_of(row("a", repeat=2)) == Case("a", 2, seed=1).key


@pytest.mark.parametrize("cut", [b'{"name": "b", "outco', b"\xff\xfe", b'{"name": "b"}'])
def test_a_line_that_a_kill_cut_off_is_dropped_and_the_next_is_whole(kept: Kept, cut: bytes) -> None:
    kept.add(row("a"))
    file = kept.folder / "cases.jsonl"
    with file.open("ab") as out:
        out.write(cut)
    assert [found["name"] for found in kept.rows().values()] == ["a"]
    kept.add(row("c"))
    assert [found["name"] for found in kept.rows().values()] == ["a", "c"]
    assert all(json.loads(line) for line in file.read_text().splitlines())


def test_what_failed_is_not_finished(kept: Kept) -> None:
    kept.add(row("a", error="crashed"))
    kept.add(row("b"))
    assert list(kept.finished([Case("a", seed=1), Case("b", seed=1)])) == [Case("b", seed=1).key]
    kept.add(row("a"))
    assert len(kept.finished([Case("a", seed=1), Case("b", seed=1)])) == 2


def test_another_run_does_not_go_on_here(kept: Kept) -> None:
    kept.add(row("a"))
    kept.begin(RUN, fresh=False)
    assert kept.rows()
    with pytest.raises(UsageError, match="another model"):
        kept.begin({**RUN, "model": "other"}, fresh=False)
    kept.begin({**RUN, "model": "other"}, fresh=True)
    assert not kept.rows()


def test_other_settings_are_another_folder(tmp_path: Path) -> None:
    assert folder_of(RUN, tmp_path) == folder_of(dict(RUN), tmp_path)
    assert folder_of(RUN, tmp_path) != folder_of({**RUN, "version": "2"}, tmp_path)
    assert folder_of({**RUN, "suite": "/a/b c", "model": "x/../y"}, tmp_path).parent == tmp_path


def test_a_run_is_read_from_its_folder_and_from_a_file(kept: Kept, tmp_path: Path) -> None:
    kept.add(row("a"))
    file = tmp_path / "run.json"
    file.write_text(json.dumps({"run": RUN, "cases": [row("a")], "summary": {}}))
    assert read_run(kept.folder) == read_run(file)


@pytest.mark.parametrize("text", ["", "[]", '{"cases": 1}', '{"cases": [{"name": "a"}]}'])
def test_what_is_no_run_is_said(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(UsageError, match="holds no run"):
        read_run(file)
    with pytest.raises(UsageError, match="holds no run"):
        read_run(tmp_path / "gone")
