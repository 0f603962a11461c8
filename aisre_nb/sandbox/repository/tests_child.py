"""The child of `tests_trial.py`: runs a service's unit tests and says which held. Nothing else imports this."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any


def main() -> None:
    """Read path and text of each file from standard input, write the result of each test to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    # What the source and its tests print is nobody's.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    wanted = json.load(sys.stdin)
    from aisre_nb.sandbox.repository.trial_child import guard, limit

    limit()
    told: dict[str, Any]
    try:
        told = {"results": _run(wanted["texts"], wanted["only"], guard), "broken": ""}
    except BaseException as error:
        told = {"results": {}, "broken": f"{type(error).__name__}: {error}"[:400]}
    out.write(json.dumps(told).encode())
    out.flush()
    # Whatever a test left running ends here.
    os._exit(0)


def _run(texts: dict[str, str], only: list[str], guard: Any) -> dict[str, str]:
    import unittest

    folder = Path(tempfile.mkdtemp(prefix="aisre-tests-")).resolve()
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    os.chdir(folder)
    guard(folder)
    found = unittest.TestLoader().discover(str(folder / "tests"), top_level_dir=str(folder))
    results: dict[str, str] = {}

    class Kept(unittest.TestResult):
        def startTest(self, test: unittest.TestCase) -> None:
            super().startTest(test)
            results[test.id()] = "passed"

        def stopTest(self, test: unittest.TestCase) -> None:
            for word, those in (("failed", self.failures), ("error", self.errors), ("skipped", self.skipped)):
                if any(one is test for one, _ in those):
                    results[test.id()] = word

        def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
            super().addSubTest(test, subtest, err)
            if err is not None:
                self.failures.append((test, ""))

    chosen = [test for test in _each(found) if not only or test.id() in only]
    unittest.TestSuite(chosen).run(Kept())
    return results


def _each(suite: Any) -> list[Any]:
    try:
        return [test for part in suite for test in _each(part)]
    except TypeError:
        return [suite]
