"""Making a world: whole or not at all, the same for the same seed."""

from __future__ import annotations

import filecmp
from pathlib import Path

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.sandbox import make, scenarios


def _files(folder: Path) -> list[str]:
    found = (f.relative_to(folder) for f in folder.rglob("*") if f.is_file())
    return sorted(f.as_posix() for f in found if ".git" not in f.parts and "remote.git" not in f.parts)


def test_the_same_seed_gives_the_same_bytes_and_the_same_commits(case, again):
    names = _files(case.folder)
    assert names == _files(again.folder)
    _, different, unreadable = filecmp.cmpfiles(case.folder, again.folder, names, shallow=False)
    assert (different, unreadable) == ([], [])
    shown = ("log", "--all", "--format=%H %D")
    assert case.git(*shown) == again.git(*shown)


@pytest.mark.parametrize("name", ["pods-pending", "search-and-mails"])
def test_a_hard_world_is_the_same_again_and_another_than_the_easy_one(name: str, tmp_path: Path):
    for folder, hard in (("one", True), ("two", True), ("easy", False)):
        make(name, 2, tmp_path / folder, hard=hard, hours=1, per_second=5)
    names = _files(tmp_path / "one")
    assert names == _files(tmp_path / "two")
    _, different, _ = filecmp.cmpfiles(tmp_path / "one", tmp_path / "two", names, shallow=False)
    assert different == []
    assert (tmp_path / "easy" / "changes.jsonl").read_text() != (tmp_path / "one" / "changes.jsonl").read_text()


def test_another_seed_gives_another_world(case, healthy, tmp_path: Path):
    make("cart-errors", 7, tmp_path / "seven", per_second=5)
    other = (tmp_path / "seven" / "manifest.json").read_text()
    assert case.json("manifest.json")["now"] not in other
    assert (tmp_path / "seven" / "truth.json").read_text() != (case.folder / "truth.json").read_text()
    assert (tmp_path / "seven" / "otel_logs.parquet").read_bytes() != (case.folder / "otel_logs.parquet").read_bytes()


def test_a_world_is_small_and_quickly_made(case, capsys: pytest.CaptureFixture[str]):
    size = sum(f.stat().st_size for f in case.folder.rglob("*") if f.is_file())
    with capsys.disabled():
        print(f"\nsandbox: {case.seconds:.1f} s, {size / 1e6:.1f} MB, {len(case.spans)} spans, {len(case.logs)} logs")
    assert size < 15_000_000


def test_an_unknown_scenario_names_those_that_there_are(tmp_path: Path):
    with pytest.raises(UsageError, match=r"cart-errors, .*checkout-question"):
        make("cart", 1, tmp_path / "x")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="not empty"):
        make("cart-errors", 1, tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "more",
    [
        {"seed": -1},
        {"names": {"nobody": "somebody"}},
        {"names": {"cart": "Cart 2"}},
        {"names": {"cart": "user"}},
        {"names": {"cart": "one", "user": "one"}},
        {"versions": ("1.0.0", "1.0.0")},
        {"hours": 0.5},
        {"hours": 13},
        {"per_second": 0},
        {"per_second": 500},
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(more: dict[str, object], tmp_path: Path):
    with pytest.raises(UsageError):
        make("cart-errors", **{"seed": 1, "out": tmp_path / "x", **more})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fraction", [0.02, 0.3, 0.8])
def test_an_interrupt_leaves_nothing_half_made(fraction: float, tmp_path: Path):
    def interrupt(text: str, done: float) -> None:
        if done >= fraction:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make("checkout-question", 1, tmp_path / "x", interrupt, hours=1, per_second=5)
    assert list(tmp_path.iterdir()) == []


def test_progress_rises_to_one(tmp_path: Path):
    told: list[float] = []
    deep = tmp_path / "deep" / "x"
    made = make("checkout-question", 3, deep, lambda text, done: told.append(done), hours=1, per_second=5)
    assert made == tmp_path / "deep" / "x" and made.is_dir()
    assert told == sorted(told) and told[-1] == 1.0


def test_scenarios_are_listed_by_name_in_both_difficulties():
    names = [s.name for s in scenarios()]
    assert names == sorted(set(names)) == [s.name for s in scenarios(hard=True)]
    assert {s.difficulty for s in scenarios()} == {"easy"} and {s.difficulty for s in scenarios(hard=True)} == {"hard"}
