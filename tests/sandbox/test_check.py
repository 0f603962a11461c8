"""Scenarios held against their truth, and wrong truths found out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aisre_nb.sandbox import check as module
from aisre_nb.sandbox import create
from aisre_nb.sandbox.check import Checked, check
from aisre_nb.sandbox.scenario import Signal, Truth
from aisre_nb.sandbox.world import World


@pytest.mark.parametrize(
    "name, hard",
    [
        ("shipping-offers-fail", False),  # source
        ("errors-everywhere-at-random", True),  # configuration
        ("pods-pending", False),  # the platform
        ("parcels-stand-still", False),  # a queue
        ("searches-fail-now-and-then", True),  # far from its alert
        ("traffic-doubled", True),  # no fault
        ("checkout-question", False),
    ],
)
def test_what_is_true_shows_and_what_mends_it_mends_it(name: str, hard: bool, tmp_path: Path):
    found = check(name, 1, hard, tmp_path)
    assert found.problems == [] and found.passed
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return create("cart-errors", 2, tmp_path_factory.mktemp("checked") / "world")


@pytest.fixture
def problems(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """What a check says of the world with another truth."""
    folder = Path(shutil.copytree(world.folder, tmp_path / "world"))
    monkeypatch.setattr(module, "_LONGER", module._WAIT)

    def told(**wrong: Any) -> list[str]:
        truth: Truth = replace(world.truth, **{"remedies": (), "worse": (), "evidence": (), **wrong})
        one = module._Check(world)
        one._folder, one._truth = folder, truth
        return list(one.problems())

    yield told


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"evidence": (Signal("errors", "payment", least=0.05),)}, "errors payment does not show"),
        ({"symptom": Signal("latency", "cart", least=5.0)}, "latency cart does not show"),
        ({"symptom": None}, "no symptom is named"),
        ({"remedies": (({"action": "restart", "service": "cart"},),)}, "restart cart does not mend it"),
        ({"worse": (({"action": "rollback", "service": "cart"},),)}, "rollback cart mends it"),
        ({"outcome": "no_fault", "symptom": None}, "shows in a world without a fault"),
        ({"far": True}, "HighErrorRate of checkout fires first, 1 of at least 2 calls away"),
        ({"far": True, "services": ("checkout",)}, "HighErrorRate of checkout fires first, 0 of at least 2 calls away"),
        ({"far": True, "services": ("smtp",)}, "no alert tells of the fault"),
    ],
)
def test_a_truth_that_is_wrong_is_found_out(problems: Any, wrong: dict[str, Any], says: str):
    assert any(says in problem for problem in problems(**wrong))


def test_a_truth_that_is_right_is_not(problems: Any):
    assert problems() == []


def test_a_cause_two_calls_from_the_first_alert_is_far(problems: Any, world: World, tmp_path: Path):
    file = tmp_path / "world" / "alert_history.jsonl"
    first = json.loads(file.read_text().splitlines()[-1])
    first["labels"] |= {"alertname": "PageErrors", "service": "frontend"}
    early = {**first, "startsAt": "2020-01-01T00:00:00Z", "labels": {**first["labels"], "service": "cart"}}
    file.write_text("".join(json.dumps(row) + "\n" for row in (early, first)))
    assert problems(far=True) == [], "what began before the onset does not count"
    file.write_text(f"{file.read_text()}{json.dumps({**first, 'labels': {**first['labels'], 'service': 'cart'}})}\n")
    assert any("of cart fires first" in problem for problem in problems(far=True)), "nor does who is written first"


def test_a_sentence_of_the_truth_elsewhere_is_found_out(problems: Any, tmp_path: Path):
    sentence = "The variable discount is read before anything has set it."
    file = tmp_path / "world" / "changes.jsonl"
    file.write_text(f'{file.read_text()}{{"title": "{sentence}"}}\n')
    assert any("changes.jsonl" in problem for problem in problems(path=(sentence,)))


def test_a_check_that_found_something_has_not_passed():
    assert not Checked("x", 1, "easy", ["one"]).passed
