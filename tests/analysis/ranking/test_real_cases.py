"""Metrics and a call graph of a system that nobody here wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from aisre_nb.analysis.ranking.metrics import metric_signs
from aisre_nb.sources.open import open_case

ROOT = Path(__file__).parents[4] / "shared" / "data" / "cases" / "petshop"
STEP = 300


@pytest.fixture
def folders() -> list[Path]:
    found = sorted(path.parent for path in ROOT.glob("*/manifest.json"))
    if not found:
        pytest.skip("needs the real cases at ../shared/data/cases/petshop")
    return found


async def test_the_cause_is_first_where_the_window_the_baseline_and_the_symptom_are_known(folders: list[Path]) -> None:
    right = []
    for folder in folders[:4]:
        sources = open_case(folder)
        told, metrics = sources.reported, sources.metrics
        assert metrics is not None and told.window is not None and told.baseline is not None
        frames = [(await metrics.all_series(window, STEP)).frame for window in (told.window, told.baseline)]
        calls = (await metrics.calls(told.window)).frame
        await sources.all[0].close()
        frame = pd.concat(frames, ignore_index=True)
        signs = metric_signs(frame, told.window, told.baseline, calls, told.symptom_service, told.symptom_metric)
        truth = json.loads((folder / "truth.json").read_text())["services"]
        right.append(signs[0].service in truth)
    assert all(right)
