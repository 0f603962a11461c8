"""Frames on disk: whatever a tool returned comes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from aisre_nb.evidence.digest import digest
from aisre_nb.record import frames

TIMES = pd.date_range("2026-11-23T10:00:00.123456789Z", periods=2)


def _round(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    frames.write(frame, folder / "E1.parquet")
    return frames.read(folder / "E1.parquet")


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"t": TIMES, "n": [1, 2], "f": [0.5, None], "s": ["a", None], "b": [True, False]}),
        pd.DataFrame({"t": TIMES.tz_localize(None), "d": pd.to_timedelta([1, 2], "s")}),
        pd.DataFrame({"i": pd.array([1, None], "Int64"), "b": pd.array([True, None], "boolean")}),
        pd.DataFrame({"d": [{"a": 1, "b": {"c": [1]}}, None], "l": [[1, "x"], []]}),
        pd.DataFrame({"o": pd.Series(["text", {"a": 1}], dtype=object), "mixed": pd.Series([1, "x"], dtype=object)}),
        pd.DataFrame({"c": pd.Series(["a", "b"], dtype="category")}),
        pd.DataFrame({"n": [1, 2]}, index=pd.Index(["x", "y"], name="pod")),
        pd.DataFrame({"n": [1, 2]}, index=TIMES),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[3, 4]),
        pd.DataFrame({"a": pd.Series([], dtype=object), "t": TIMES[:0]}),
        pd.DataFrame(),
    ],
    ids=["plain", "times", "gaps", "nested", "mixed", "category", "index", "times as index", "same names",
         "numbers as names", "no rows", "nothing"],
)  # fmt: skip
def test_a_frame_comes_back_as_it_was(frame: pd.DataFrame, tmp_path: Path) -> None:
    back = _round(frame, tmp_path)
    pd.testing.assert_frame_equal(back, frame, check_column_type=False, check_freq=False)
    assert digest("", back, {}) == digest("", frame, {})


@pytest.mark.parametrize(
    ("cell", "back"),
    [
        ({3: {1, 2}}, {"3": [1, 2]}),
        (np.array([1.5]), [1.5]),
        ((1, "a"), [1, "a"]),
        (Decimal("1.5"), "1.5"),
        (date(2026, 11, 23), "2026-11-23"),
        (b"x", "b'x'"),
        (1 + 2j, "(1+2j)"),
    ],
    ids=str,
)
def test_cells_that_parquet_does_not_know_come_back_as_json(cell: Any, back: Any, tmp_path: Path) -> None:
    assert _round(pd.DataFrame({"x": pd.Series([cell, None], dtype=object)}), tmp_path)["x"].iloc[0] == back


def test_odd_types_of_columns_do_not_fail(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "complex": pd.Series([1j, 2j]),
            "sparse": pd.arrays.SparseArray([0, 1]),
            "period": pd.period_range("2026-11", periods=2, freq="M"),
            "interval": pd.interval_range(0, 2),
        }
    )
    assert _round(frame, tmp_path).shape == (2, 4)
    many = pd.DataFrame(
        [[1]], columns=pd.MultiIndex.from_tuples([("a", "b")]), index=pd.MultiIndex.from_tuples([("x", 1)])
    )
    assert list(_round(many, tmp_path).columns) == [("a", "b")]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as pq

    frames.write(pd.DataFrame({"n": [1]}), tmp_path / "E1.parquet")

    def full(table: object, where: Path, **_: object) -> None:
        Path(where).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="No space"):
        frames.write(pd.DataFrame({"n": [2]}), tmp_path / "E1.parquet")
    assert [p.name for p in tmp_path.iterdir()] == ["E1.parquet"]
    assert list(frames.read(tmp_path / "E1.parquet")["n"]) == [1]
