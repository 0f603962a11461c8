"""Whether a confidence means what it says (Guo et al., On Calibration of Modern Neural Networks, ICML 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aisre_nb.bench.score import Row

_BINS = 10


def answers(rows: Sequence[Row]) -> list[tuple[float, bool]]:
    """Confidence and whether it was right, of what was answered: neither "inconclusive" nor an error is an answer."""
    return [
        (min(max(float(row["confidence"]), 0.0), 1.0), bool(row["right"]))
        for row in rows
        if row["outcome"] in ("root_cause", "no_fault") and row["confidence"] is not None
    ]


def calibration(rows: Sequence[Row], bins: int = _BINS) -> dict[str, Any]:
    """Bins of equal width; the expected calibration error; the Brier score. None where nothing was answered."""
    found = answers(rows)
    sorted_in: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for sure, right in found:
        sorted_in[min(int(sure * bins), bins - 1)].append((sure, right))
    told = [
        {
            "from": n / bins,
            "to": (n + 1) / bins,
            "n": len(some),
            "confidence": sum(sure for sure, _ in some) / len(some),
            "right": sum(right for _, right in some) / len(some),
        }
        for n, some in enumerate(sorted_in)
        if some
    ]
    error = sum(b["n"] * abs(b["right"] - b["confidence"]) for b in told) / len(found) if found else None
    brier = sum((sure - right) ** 2 for sure, right in found) / len(found) if found else None
    return {"n": len(found), "expected_error": error, "brier": brier, "bins": told}
