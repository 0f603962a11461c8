"""What a terminal and a plain-text reader see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 100


def sparkline(values: Sequence[float], width: int = 40) -> str:
    """A series in one line; gaps are spaces."""
    points = [v for v in values if v == v]
    if not points:
        return ""
    low, high = min(points), max(points)
    chunks = [values[i * len(values) // width : (i + 1) * len(values) // width] for i in range(min(width, len(values)))]
    if len(values) <= width:
        chunks = [[v] for v in values]
    line = ""
    for chunk in chunks:
        known = [v for v in chunk if v == v]
        height = 0 if high == low else (max(known) - low) / (high - low) if known else 0
        line += _BARS[min(7, int(height * 7.999))] if known else " "
    return line


def table(frame: pd.DataFrame, rows: int = 12) -> str:
    """The first rows, at most 100 columns wide."""
    lines = [_fit(map(str, frame.columns))]
    lines += [_fit(cell(v) for v in row) for row in frame.head(rows).itertuples(index=False)]
    if len(frame) > rows:
        lines.append(f"… {len(frame) - rows} more rows")
    return "\n".join(lines)


def cell(value: Any) -> str:
    """One value in few characters."""
    # pandas' NA is neither equal to itself nor another.
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return " ".join(str(value).split())[:200]


def _fit(cells: Any) -> str:
    return "  ".join(c[:40] for c in cells)[:_WIDTH].rstrip()
