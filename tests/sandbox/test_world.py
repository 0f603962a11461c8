"""A world that is opened, acted on and advanced."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.errors import UsageError
from aisre_nb.sandbox.repository.written import environment
from aisre_nb.sandbox.scenario import Signal
from aisre_nb.sandbox.signals import look
from aisre_nb.sandbox.world import World

FAILING = Signal("errors", "cart", "POST /cart/{user_id}/quote")
TOTALS = "services/cart/cart/totals.py"


def _failing(world: World, minutes: float = 4) -> float:
    return look(world.folder, FAILING, world.now - timedelta(minutes=minutes), world.now)


def _json(world: World, name: str) -> Any:
    return json.loads((world.folder / name).read_text(encoding="utf-8"))


def _changes(world: World) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (world.folder / "changes.jsonl").read_text().splitlines()]


def _bytes(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in files
        if file.relative_to(folder).parts[0] not in ("remote.git", "repository")
    }


def _git(world: World, *arguments: str) -> str:
    who = {f"GIT_{who}_{what}": "dev@shop.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    command = ["git", "-C", str(world.folder / "repository"), *arguments]
    return subprocess.run(command, env=environment() | who, capture_output=True, text=True, check=True).stdout


def _pushed(world: World, branch: str, path: str, old: str, new: str) -> None:
    _git(world, "checkout", "-q", "-B", branch, "origin/main")
    file = world.folder / "repository" / path
    assert file.read_text().count(old) == 1
    file.write_text(file.read_text().replace(old, new))
    _git(world, "commit", "-qam", f"cart: {branch}")
    _git(world, "push", "-q", "origin", branch)


@pytest.fixture(scope="module")
def begun(short: Any) -> World:
    """An hour in which the cart began to fail. Not to be changed: copy it."""
    made: World = short()
    return made


@pytest.fixture
def world(begun: World, tmp_path: Path) -> World:
    """The same, to act on."""
    return World.open(Path(shutil.copytree(begun.folder, tmp_path / "world")))


def test_a_world_that_was_opened_is_where_it_was_left(begun: World, world: World):
    assert world.now == begun.now and _failing(world) > 0.05
    assert _bytes(world.folder) == _bytes(begun.folder), "opening writes nothing"


def test_a_world_opened_again_has_the_future_of_one_that_was_never_closed(world: World, tmp_path: Path):
    world.apply({"action": "set_flag", "flag": "personal-home", "percent": 50})
    world.advance(2)
    world.apply({"action": "rollback", "service": "cart"})
    other = World.open(Path(shutil.copytree(world.folder, tmp_path / "other")))
    for one in (world, other):
        one.advance(3)
        one.apply({"action": "scale", "service": "cart", "replicas": 3})
        one.advance(1.5)
    mine, theirs = _bytes(world.folder), _bytes(other.folder)
    assert set(mine) == set(theirs) and not [name for name in mine if mine[name] != theirs[name]]


def test_the_right_remedy_mends_it_and_the_wrong_one_does_not(world: World, begun: World, tmp_path: Path):
    wrong = World.open(Path(shutil.copytree(begun.folder, tmp_path / "wrong")))
    told = world.apply({"action": "rollback", "service": "cart"})
    assert told.undo == {"action": "rollback", "service": "cart", "to": "0.2.0"} and told.at == world.now
    wrong.apply({"action": "restart", "service": "cart"})
    for one in (world, wrong):
        one.advance(6)
    assert _failing(world) < 0.005 and _failing(wrong) > 0.05
    last = [change for change in _changes(world) if change["kind"] == "deployment"][-1]
    assert (last["service"], last["from"], last["to"]) == ("cart", "0.2.0", "0.1.0")
    assert told.undo is not None
    world.apply(told.undo)
    world.advance(6)
    assert _failing(world) > 0.05, "what was undone is undone"


def test_a_merge_that_rolls_back_is_rolled_out(world: World):
    _pushed(world, "back", "deploy/cart.yaml", "cart:0.2.0", "cart:0.1.0")
    assert world.preview({"action": "merge", "branch": "back"}).scope == "repository"
    world.apply({"action": "merge", "branch": "back"})
    world.advance(6)
    assert _failing(world) < 0.005
    last = next(change for change in reversed(_changes(world)) if change["kind"] == "deployment")
    head = _git(world, "ls-remote", "origin", "main").split()[0]
    assert (last["to"], last["attributes"]["commit"]) == ("0.1.0", head)


def test_a_fix_of_the_source_is_built_rolled_out_and_mends_it(world: World):
    _pushed(world, "fix", TOTALS, "    if cart.coupon:\n", "    discount = ZERO\n    if cart.coupon:\n")
    world.apply({"action": "merge", "branch": "fix"})
    world.advance(6)
    assert world.simulation.engine.cluster.versions["cart"] == "0.2.1" and _failing(world) < 0.005
    assert "cart-0.2.1" in _git(world, "ls-remote", "--tags", "origin")
    _git(world, "fetch", "-q")
    assert "/cart:0.2.1\n" in _git(world, "show", "origin/main:deploy/cart.yaml")
    again = World.open(world.folder)
    again.advance(2)
    assert _failing(again, 2) < 0.005


def test_a_world_that_followed_is_opened_without_writing_or_running_anything(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    _pushed(world, "fix", TOTALS, "    if cart.coupon:\n", "    discount = ZERO\n    if cart.coupon:\n")
    world.apply({"action": "merge", "branch": "fix"})
    world.advance(1)
    before = _bytes(world.folder)
    monkeypatch.setattr("aisre_nb.sandbox.world.tried", lambda *_: pytest.fail("it was run again"))
    again = World.open(world.folder)
    assert _bytes(world.folder) == before and len(_changes(again)) > 3
    assert again.simulation.engine.cluster.versions["cart"] == "0.2.1"
    again.advance(6)
    assert _failing(again) < 0.005


def test_source_that_cannot_begin_is_a_rollout_that_stands(world: World):
    _pushed(world, "typo", TOTALS, "    if cart.coupon:\n", "    if cart.coupon\n")
    world.apply({"action": "merge", "branch": "typo"})
    world.advance(4)
    waiting = [pod for pod in world.simulation.engine.cluster.pods["cart"] if pod.waiting]
    assert {(pod.version, pod.waiting) for pod in waiting} == {("0.2.1", "CrashLoopBackOff")}
    assert "SyntaxError" in waiting[0].message and _failing(world) > 0.05
    again = World.open(world.folder)
    assert [pod.waiting for pod in again.simulation.engine.cluster.pods["cart"] if pod.waiting] == ["CrashLoopBackOff"]


def test_a_version_named_by_hand_does_what_its_source_does(world: World):
    _git(world, "checkout", "-q", "-B", "hand", "origin/main")
    for path, old, new in (
        ("deploy/cart.yaml", "cart:0.2.0", "cart:0.3.0"),
        (TOTALS, "    if cart.coupon:\n", "    # A coupon first.\n    if cart.coupon:\n"),
    ):
        file = world.folder / "repository" / path
        file.write_text(file.read_text().replace(old, new))
    _git(world, "commit", "-qam", "cart: 0.3.0")
    _git(world, "push", "-q", "origin", "hand")
    world.apply({"action": "merge", "branch": "hand"})
    world.advance(6)
    assert world.simulation.engine.cluster.versions["cart"] == "0.3.0" and _failing(world) > 0.05


def test_a_version_that_nobody_built_has_no_image(world: World):
    _pushed(world, "none", "deploy/cart.yaml", "cart:0.2.0", "cart:0.9.9")
    world.apply({"action": "merge", "branch": "none"})
    world.advance(4)
    waiting = [pod for pod in world.simulation.engine.cluster.pods["cart"] if pod.waiting]
    assert {(pod.version, pod.waiting) for pod in waiting} == {("0.9.9", "ImagePullBackOff")}
    assert _failing(world) > 0.05


def test_a_change_of_the_source_that_mends_nothing_still_fails(world: World):
    _pushed(world, "try", TOTALS, "    if cart.coupon:\n", "    # A coupon first.\n    if cart.coupon:\n")
    world.apply({"action": "merge", "branch": "try"})
    world.advance(6)
    assert world.simulation.engine.cluster.versions["cart"] == "0.2.1" and _failing(world) > 0.05


def test_tests_and_texts_are_no_new_version(world: World):
    _pushed(
        world, "words", "services/cart/tests/unit/test_money.py", "import unittest\n", "import unittest  # of money\n"
    )
    world.apply({"action": "merge", "branch": "words"})
    world.advance(1)
    assert world.simulation.engine.cluster.versions["cart"] == "0.2.0"


def test_what_is_pushed_to_main_is_followed_by_itself(world: World):
    _pushed(world, "flag", "deploy/flags.yaml", 'personal-home: "5"', 'personal-home: "60"')
    _git(world, "push", "-q", "origin", "flag:main")
    world.advance(1)
    assert world.simulation.engine.cluster.flags["personal-home"] == 60


def test_a_merge_of_what_is_not_there_changes_nothing(world: World):
    before = _bytes(world.folder)
    with pytest.raises(UsageError, match="no branch 'nothing'"):
        world.apply({"action": "merge", "branch": "nothing"})
    assert _bytes(world.folder) == before
    assert "has not moved" in world.apply({"action": "merge"}).text


def test_a_flag_is_told_and_shown(world: World):
    world.apply({"action": "set_flag", "flag": "personal-home", "percent": 80})
    world.advance(1)
    flags = next(item for item in _json(world, "kubernetes.json")["items"] if item["metadata"]["name"] == "flags")
    assert flags["data"]["personal-home"] == "80"
    assert [c for c in _changes(world) if c["kind"] == "flag"][-1]["to"] == "80 %"


def test_a_silence_suppresses_its_alerts_until_it_ends(world: World):
    world.apply({"action": "silence", "matchers": {"service": "cart"}, "minutes": 3})

    def states() -> set[str]:
        cart = [alert for alert in _json(world, "alerts.json") if alert["labels"].get("service") == "cart"]
        return {alert["status"]["state"] for alert in cart}

    assert states() == {"active"}
    world.advance(1)
    assert states() == {"suppressed"}
    assert any(a["status"]["state"] == "active" for a in _json(world, "alerts.json"))
    world.advance(3)
    assert states() == {"active"}


@pytest.mark.parametrize("fraction", [0.1, 0.7, 0.8])
def test_an_interrupted_advance_leaves_the_folder_as_it_was(begun: World, tmp_path: Path, fraction: float):
    folder = Path(shutil.copytree(begun.folder, tmp_path / "world"))
    before = _bytes(folder)

    def interrupt(text: str, done: float) -> None:
        if done >= fraction:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        World.open(folder).advance(2, interrupt)
    assert _bytes(folder) == before


@pytest.mark.parametrize("fraction", [0.3, 0.8])
def test_a_world_that_was_interrupted_goes_on_as_if_it_had_not_been(world: World, tmp_path: Path, fraction: float):
    other = World.open(Path(shutil.copytree(world.folder, tmp_path / "other")))

    def interrupt(text: str, done: float) -> None:
        if done >= fraction:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        world.advance(2, interrupt)
    for one in (world, other):
        one.apply({"action": "rollback", "service": "cart"})
        one.advance(2)
    mine, theirs = _bytes(world.folder), _bytes(other.folder)
    assert set(mine) == set(theirs) and not [name for name in mine if mine[name] != theirs[name]]


@pytest.mark.parametrize("minutes, seconds", [(0.1, 30), (0.5, 30), (1.2, 90), (2, 120)])
def test_time_passes_in_half_minutes(world: World, minutes: float, seconds: int):
    before = world.now
    world.advance(minutes)
    assert (world.now - before).total_seconds() == seconds


def test_what_a_world_would_do_can_be_asked_without_doing_it(world: World):
    before = _bytes(world.folder)
    assert set(world.actions()) >= {"rollback", "merge", "silence"}
    assert world.preview({"action": "rollback", "service": "cart"}).rows
    with pytest.raises(UsageError):
        world.apply({"action": "scale", "service": "cart", "replicas": -1})
    assert _bytes(world.folder) == before


@pytest.mark.parametrize("minutes", [0, -1, 24 * 60 + 1, float("nan")])
def test_time_passes_forwards_and_for_a_day_at_most(begun: World, minutes: float):
    with pytest.raises(UsageError, match="cannot pass"):
        begun.advance(minutes)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"windows": []},
        {"windows": [9e9]},
        {"windows": [60, 30]},
        {"seed": "x"},
        {"names": 3},
        {"actions": [{"at": ""}]},
    ],
)
def test_a_world_whose_file_is_spoilt_cannot_be_opened(world: World, spoilt: dict[str, Any]):
    file = world.folder / "world.json"
    file.write_text(json.dumps(_json(world, "world.json") | spoilt))
    with pytest.raises(UsageError, match="is no world"):
        World.open(world.folder)


def test_a_folder_that_is_no_world_cannot_be_opened(tmp_path: Path):
    with pytest.raises(UsageError, match="is no world"):
        World.open(tmp_path)
    (tmp_path / "world.json").write_text("{")
    with pytest.raises(UsageError, match="is no world"):
        World.open(tmp_path)
