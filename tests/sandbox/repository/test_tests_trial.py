"""A service's own tests, run on a tree that somebody proposes."""

from __future__ import annotations

from pathlib import Path

import pytest

from aisre_nb.sandbox.repository import trial
from aisre_nb.sandbox.repository.tests_trial import run_tests
from aisre_nb.sandbox.repository.tree import base_tree

_TEST = """\
import unittest
from app.sums import add

class SumsTest(unittest.TestCase):
    def test_holds(self):
        self.assertEqual(add(1, 2), 3)

    def test_fails(self):
        with self.subTest("one of them"):
            self.assertEqual(add(1, 2), 4)

    def test_breaks(self):
        {breaks}

    @unittest.skip("not today")
    def test_skipped(self):
        pass
"""


def _tree(
    breaks: str = "raise RuntimeError('x')", source: str = "def add(a, b):\n    return a + b\n"
) -> dict[str, str]:
    test = _TEST.format(breaks=breaks)
    return {"app/__init__.py": "", "app/sums.py": source, "tests/__init__.py": "", "tests/test_sums.py": test}


def test_each_test_says_what_it_did() -> None:
    found = run_tests(_tree())
    assert {name.rpartition(".")[2]: said for name, said in found.results.items()} == {
        "test_holds": "passed", "test_fails": "failed", "test_breaks": "error", "test_skipped": "skipped",
    }  # fmt: skip
    assert found.broken == ""


def test_only_those_that_are_named_run() -> None:
    name = "tests.test_sums.SumsTest.test_holds"
    assert run_tests(_tree("while True: pass"), [name]).results == {name: "passed"}


def test_the_shops_own_tests_hold() -> None:
    root = "services/cart/"
    found = run_tests({path.removeprefix(root): text for path, text in base_tree().items() if path.startswith(root)})
    assert found.broken == "" and len(found.results) > 10 and set(found.results.values()) == {"passed"}


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.system('true')",
        "import subprocess; subprocess.run(['true'])",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "open('/etc/passwd').read()",
        "import pathlib; pathlib.Path('/tmp/left-by-a-test').write_text('x')",
    ],
)
def test_a_test_that_wants_something_else_fails(code: str) -> None:
    assert run_tests(_tree(code)).results["tests.test_sums.SumsTest.test_breaks"] == "error"
    assert not Path("/tmp/left-by-a-test").exists()


@pytest.mark.parametrize("source", ["def add(:\n", "raise ValueError('x')\n", "import os\nos._exit(0)\n"])
def test_source_that_cannot_be_imported_gives_no_result_that_holds(source: str) -> None:
    assert "passed" not in run_tests(_tree(source=source)).results.values()


def test_tests_that_never_end_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "TIME_LIMIT", 3.0)
    found = run_tests(_tree("while True: pass"))
    assert found.results == {} and "within 3 s" in found.broken


def test_a_path_that_leads_out_is_not_written() -> None:
    assert run_tests({**_tree(), "../out.py": "x", "/tmp/left-by-a-path.py": "x"}).results
    assert not Path("/tmp/left-by-a-path.py").exists()
