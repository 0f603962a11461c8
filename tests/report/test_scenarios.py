"""Reports on whole worlds: all sentences cite, what fails is struck, and a control is given no cause.

All scenarios are run by ``python tests/benchmarks/reports.py``; here are some of the controls, and a fault.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from aisre_nb.sandbox import scenarios

CONTROLS = ("alert-that-flaps", "database-busy-for-minutes", "deployment-at-the-peak", "memory-alert")
FAULTS = ("recommendation-pods-restart",)


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "reports.py"
    spec = importlib.util.spec_from_file_location("benchmark_reports", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", [*CONTROLS, *FAULTS])
def test_a_report_on_a_world(benchmark: ModuleType, name: str, tmp_path: Path) -> None:
    control, inv = benchmark.investigated(name, 2, tmp_path)
    assert control is (name in CONTROLS)
    totals = dict.fromkeys(("reports", "sentences", "cited", "failed", "unstruck", "controls", "accused"), 0)
    benchmark.count(control, inv, totals)
    assert totals["sentences"] > 0 and totals["cited"] == totals["sentences"]
    assert (totals["unstruck"], totals["accused"]) == (0, 0)
    # The built-in investigator says nothing that does not hold, and nothing without evidence.
    assert totals["failed"] == 0 and inv.report.dropped == []
    assert inv.report.confidence is not None and (inv.report.outcome != "inconclusive" or inv.report.confidence < 0.5)


def test_the_names_are_those_of_scenarios() -> None:
    assert {*CONTROLS, *FAULTS} <= {one.name for one in scenarios()}
