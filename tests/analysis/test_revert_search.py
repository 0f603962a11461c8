"""Which few parts of a change have to be taken back, by running tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from aisre_nb.analysis.reversals import Part
from aisre_nb.analysis.revert_search import Trees, search

OLD = {"app.py": "def add(a, b):\n    return a + b\n\n\ndef mul(a, b):\n    return a * b\n", "tests/test_app.py": "old"}
NEW = {"app.py": "def add(a, b):\n    return a - b\n\n\ndef mul(a, b):\n    return b * a\n", "tests/test_app.py": "new"}
PARTS = [
    Part("app.py", 2, ("    return a + b",), ("    return a - b",), 0),
    Part("app.py", 6, ("    return a * b",), ("    return b * a",), 1),
    Part("tests/test_app.py", 1, ("old",), ("new",), 2),
]


class Runner:
    """Runs what stands in ``tests`` by its name: old tests try ``add`` and ``mul``, new ones ``mul`` alone."""

    def __init__(self, **tests: tuple[str, ...]) -> None:
        self.tests = {"old": ("add", "mul"), "new": ("mul",), "main": ("add", "mul"), **tests}
        self.runs = 0

    def __call__(self, texts: Mapping[str, str], only: Collection[str]) -> Mapping[str, str]:
        self.runs += 1
        names: dict[str, Any] = {}
        exec(texts["app.py"], names)
        wanted = {
            "add": lambda: names["add"](2, 3) == 5,
            "mul": lambda: names["mul"](2, 3) == 6,
            "new": lambda: names["mul"](1, 1) == 1,
        }
        tests = self.tests[texts.get("tests/test_app.py", "old")]
        return {name: "passed" if wanted[name]() else "failed" for name in tests if not only or name in only}


@pytest.fixture
def trees() -> Trees:
    return Trees(OLD, NEW, NEW)


def test_a_test_that_fails_now_and_held_before_finds_the_part(trees: Trees) -> None:
    found = search(trees, PARTS, [], Runner(), 40)
    assert (found.parts, found.telling, found.kept) == ((PARTS[0],), ("add",), ("add", "mul"))
    assert found.texts == {"app.py": NEW["app.py"].replace("a - b", "a + b"), "tests/test_app.py": "new"}
    assert found.complete and found.lost == () and found.units == 2


def test_tests_that_the_main_branch_has_meanwhile_are_asked_first(trees: Trees) -> None:
    main = {**NEW, "tests/test_app.py": "main"}
    found = search(Trees({**OLD, "tests/test_app.py": "new"}, NEW, main), PARTS, [], Runner(), 40)
    assert found.parts == (PARTS[0],)


def test_where_no_test_tells_a_place_does_and_the_tests_say_what_goes_with_it(trees: Trees) -> None:
    found = search(trees, PARTS, [("app.py", 5)], Runner(old=("mul",)), 40)
    assert found.parts == (PARTS[1],) and found.telling == () and found.kept == ("mul",)


def test_where_nothing_tells_it_says_so(trees: Trees) -> None:
    quiet = Runner(old=("mul",))
    assert "no test fails" in search(trees, PARTS, [], quiet, 40).why
    assert "no test fails" in search(trees, PARTS, [("app.py", 90)], quiet, 40).why
    assert "no source" in search(trees, PARTS[2:], [], Runner(), 40).why


def test_tests_of_what_was_taken_back_are_told(trees: Trees) -> None:
    class OfTheNew(Runner):
        def __call__(self, texts: Mapping[str, str], only: Collection[str]) -> Mapping[str, str]:
            told = dict(super().__call__(texts, only))
            if texts.get("tests/test_app.py") == "new" and not only:
                told["subtracts"] = "passed" if "a - b" in texts["app.py"] else "failed"
            return told

    assert search(trees, PARTS, [], OfTheNew(), 40).lost == ("subtracts",)
