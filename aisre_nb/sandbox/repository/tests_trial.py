"""A service's own unit tests are run on a tree that somebody proposes, in a child with limits, as in `trial.py`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from aisre_nb.sandbox.repository.trial import ROOT, ended_in
from aisre_nb.sources.code_source import SuiteRun, Tested

_MOST = 2_000_000
"""Bytes that a child may say."""
_START = (
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from aisre_nb.sandbox.repository.tests_child import main; main()"
)
_RESULTS = {"passed", "failed", "error", "skipped"}


def run_tests(texts: Mapping[str, str], only: Collection[str] = ()) -> SuiteRun:
    """The tests in the folder ``tests``, by their ids; ``texts`` by path from the service's own folder.

    ``only``: ids of the tests to run; empty: all. Nothing that the source does is an error here.
    """
    own = {path: text for path, text in texts.items() if not Path(path).is_absolute() and ".." not in Path(path).parts}
    wanted = json.dumps({"texts": own, "only": sorted(only)}).encode()
    with (
        tempfile.TemporaryDirectory(prefix="aisre-trial-", ignore_cleanup_errors=True) as scratch,
        tempfile.TemporaryFile() as out,
    ):
        ended = ended_in([sys.executable, "-I", "-B", "-c", _START], wanted, Path(scratch), out)
        out.seek(0)
        told = out.read(_MOST + 1)
    if ended:
        return SuiteRun({}, ended)
    try:
        return _read(json.loads(told) if len(told) <= _MOST else None)
    except ValueError:
        return SuiteRun({}, "the tests ended before they were done")


def _read(told: Any) -> SuiteRun:
    """The child's word is a stranger's."""
    if not isinstance(told, dict) or not isinstance(told.get("results"), dict):
        raise ValueError("no results")
    broken = told.get("broken", "")
    results: dict[str, Tested] = {str(k)[:500]: v for k, v in told["results"].items() if v in _RESULTS}
    return SuiteRun(results, broken[:500] if isinstance(broken, str) else "it said nothing that can be read")
