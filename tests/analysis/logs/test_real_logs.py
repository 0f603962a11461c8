"""Logs of real systems, labelled by others, without a rule for one of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from aisre_nb.analysis.logs.miner import mine

LOGHUB = Path(__file__).parents[4] / "shared" / "data" / "loghub"
FLOOR = 0.92


def _accuracy(file: Path) -> float:
    """Grouping Accuracy: the share of lines whose group is exactly the true set of lines."""
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    frame["found"] = mine(frame["Content"]).ids
    sizes = frame.groupby(["EventId", "found"]).size().reset_index(name="both")
    sizes["true"] = sizes["EventId"].map(frame["EventId"].value_counts())
    sizes["mined"] = sizes["found"].map(frame["found"].value_counts())
    exact = sizes[(sizes["both"] == sizes["true"]) & (sizes["both"] == sizes["mined"])]
    return float(exact["both"].sum() / len(frame))


def test_lines_of_real_systems_are_grouped_as_their_statements() -> None:
    files = sorted(LOGHUB.glob("*/*_structured.csv"))
    if not files:
        pytest.skip("needs the labelled logs at ../shared/data/loghub")
    found = {file.parent.name: _accuracy(file) for file in files}
    assert sum(found.values()) / len(found) >= FLOOR, found
