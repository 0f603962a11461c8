"""Change points, ours beside ruptures: recall, false alarms, onset error, series a second.

    python tests/benchmarks/series.py [--each 100]

Series of 240 buckets: half of the kinds change once and for good at a known bucket, the other half do not. ruptures
gets its usual settings: cost L2, the penalty of BIC with the noise's variance from first differences; its first break
counts. A service's series are rarely white noise around two levels, which is what these settings suppose.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from aisre_nb.analysis.onset import changes
from aisre_nb.analysis.shifts import shifts

N = 240
Made = tuple[np.ndarray, np.ndarray | None]
"""Series in rows; where each of them changes, None where none does."""


def _noise(random: np.random.Generator, each: int, alike: float = 0.0) -> np.ndarray:
    steps = random.normal(size=(each, N))
    rows = np.zeros((each, N))
    rows[:, 0] = steps[:, 0] / np.sqrt(1 - alike**2)
    for n in range(1, N):
        rows[:, n] = alike * rows[:, n - 1] + steps[:, n]
    return rows


def _at(random: np.random.Generator, each: int, last: int = 225) -> tuple[np.ndarray, np.ndarray]:
    places = random.integers(100, last, each)
    return places, np.arange(N) - places[:, None]


def _step(random: np.random.Generator, each: int, size: float, alike: float = 0.0, slope: float = 0.0) -> Made:
    places, after = _at(random, each)
    return 10 + _noise(random, each, alike) + size * (after >= 0) + slope * np.arange(N), places


def _errors(random: np.random.Generator, each: int) -> Made:
    places, after = _at(random, each)
    return random.poisson(np.where(after >= 0, 1.5, 0.05)) / 30, places


def _leak(random: np.random.Generator, each: int) -> Made:
    places, after = _at(random, each, 180)
    return 10 + _noise(random, each) + 0.15 * np.maximum(after, 0), places


def _latency(random: np.random.Generator, each: int) -> Made:
    places, after = _at(random, each)
    return np.exp(random.normal(size=(each, N)) * 0.4) * np.where(after >= 0, 3.0, 1.0), places


def _spiked(random: np.random.Generator, each: int) -> Made:
    rows = 10 + _noise(random, each)
    for row in rows:
        row[random.integers(0, N, 3)] += 40
    return rows, None


def _season(random: np.random.Generator, each: int) -> Made:
    turn = 2 * np.pi * (np.arange(N) / N * random.uniform(0.3, 1.2, (each, 1)) + random.random((each, 1)))
    return 10 + 3 * np.sin(turn) + _noise(random, each), None


KINDS: dict[str, Callable[[np.random.Generator, int], Made]] = {
    "step of 3 deviations": lambda r, k: _step(r, k, 3),
    "step of 6, neighbours alike": lambda r, k: _step(r, k, 6, 0.6),
    "step of 4 on a drift": lambda r, k: _step(r, k, 4, 0.0, 0.02),
    "errors begin": _errors,
    "leak begins": _leak,
    "latency triples": _latency,
    "white noise": lambda r, k: (10 + _noise(r, k), None),
    "neighbours alike": lambda r, k: (10 + _noise(r, k, 0.8), None),
    "random walk": lambda r, k: (40 + _noise(r, k).cumsum(axis=1), None),
    "drift": lambda r, k: (10 + _noise(r, k) + 0.03 * np.arange(N), None),
    "part of a season": _season,
    "spikes": _spiked,
    "rare errors": lambda r, k: (r.poisson(0.1, (k, N)) / 30, None),
}


def _ours(rows: np.ndarray) -> list[int | None]:
    return [found.place for found in changes(list(rows))]


def _shifts(rows: np.ndarray) -> list[int | None]:
    index = pd.date_range("2026-03-01", periods=N, freq="30s", tz="UTC")
    first = [shifts(pd.Series(row, index=index)) for row in rows]
    return [int(index.get_loc(found[0].start)) if found else None for found in first]


def _ruptures(method: str) -> Callable[[np.ndarray], list[int | None]]:
    import ruptures

    def find(rows: np.ndarray) -> list[int | None]:
        found: list[int | None] = []
        for row in rows:
            noise = float(np.median(np.abs(np.diff(row)))) / 0.6745 / np.sqrt(2)
            penalty = 2 * max(noise, 1e-3) ** 2 * np.log(N)
            made: Any = getattr(ruptures, method)(model="l2", min_size=3, jump=1).fit(row)
            breaks = made.predict(pen=penalty)[:-1]
            found.append(int(breaks[0]) if breaks else None)
        return found

    return find


def main() -> None:
    """Print a table a finder, and the ratios at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=100, help="series of each kind")
    each = parser.parse_args().each
    finders: dict[str, Callable[[np.ndarray], list[int | None]]] = {"onset.changes": _ours, "shifts": _shifts}
    try:
        finders |= {"ruptures Pelt": _ruptures("Pelt"), "ruptures Binseg": _ruptures("Binseg")}
    except ImportError:
        print("ruptures is not installed: pip install ruptures")
    figures = {}
    for name, find in finders.items():
        random, hit, told, false, errors, spent = np.random.default_rng(1), 0, 0, 0, list[int](), 0.0
        print(f"\n{name}")
        for kind, make in KINDS.items():
            rows, places = make(random, each)
            begun = time.perf_counter()
            found = find(rows)
            spent += time.perf_counter() - begun
            if places is None:
                alarms = sum(f is not None for f in found)
                false += alarms
                print(f"  {kind:28s} false alarms {alarms / each:.2f}")
                continue
            off = [abs(f - p) for f, p in zip(found, places, strict=True) if f is not None]
            near = sum(o <= 5 for o in off)
            hit, told, errors = hit + near, told + len(off), errors + off
            middle = f"{np.median(off):.0f}" if off else "-"
            print(
                f"  {kind:28s} found {len(off) / each:.2f}, within 5 buckets {near / each:.2f}, error {middle} buckets"
            )
        kinds = len(KINDS) * each
        recall, precision = hit / (6 * each), hit / max(told + false, 1)
        figures[name] = (recall, precision, float(np.median(errors)), kinds / spent)
    print(f"\n{'':18s} recall  precision  onset error  series/s   (recall: within 5 buckets)")
    for name, (recall, precision, error, speed) in figures.items():
        print(f"{name:18s} {recall:6.2f} {precision:10.2f} {error:9.1f} bu {speed:9.0f}")


if __name__ == "__main__":
    main()
