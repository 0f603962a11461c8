"""Who is the cause, by ours and by others, on the same cases: ``python tests/benchmarks/causes.py FOLDER [FOLDER …]``.

Each FOLDER holds telemetry folders with a ``truth.json``. Side by side: ``rank_services`` (all that a case has), what
its metrics alone say, and BARO (Pham, Ha and Zhang, FSE 2024: how far each metric goes from its median, in
interquartile ranges), which is told the same two windows and needs ``pip install fse-baro``. A case without a reported
window is asked over its last two hours. Printed: n, top-1 and top-3 with 95 % bootstrap intervals, ratios to BARO, and
the best answer that is the same for every case.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aisre_nb.analysis.ranking.metrics import metric_signs
from aisre_nb.bench.bootstrap import interval
from aisre_nb.bench.floors import constant
from aisre_nb.bench.telemetry import without_truth
from aisre_nb.errors import AisreError
from aisre_nb.sources.open import open_case
from aisre_nb.sources.sources import Sources
from aisre_nb.times import Window
from aisre_nb.tools.ranking import rank_services
from aisre_nb.tools.tool import ToolContext

if TYPE_CHECKING:
    import pandas as pd

PLACES = (1, 3)
_RECENT = timedelta(hours=2)


@dataclass(frozen=True)
class Asked:
    """One case, opened, with what every method is told."""

    sources: Sources
    window: Window
    baseline: Window
    series: pd.DataFrame
    calls: pd.DataFrame | None


def main() -> int:
    """Print the figures; returns the exit status: 1 where there is no case."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("folders", nargs="+", type=Path)
    options.add_argument("--most", type=int, default=0, help="cases of each folder; 0: all")
    chosen = options.parse_args()
    cases = []
    for folder in chosen.folders:
        found = sorted(path.parent for path in folder.rglob("truth.json") if (path.parent / "manifest.json").is_file())
        cases += found[: chosen.most or None]
    truths = {case: services for case in cases if (services := _truth(case))}
    if not truths:
        print("no case with a true service", file=sys.stderr)
        return 1
    methods = {"rank_services": _ours, "metrics alone": _metrics}
    if _baro_is_there():
        methods["BARO"] = _baro
    else:
        print("BARO is not installed (pip install fse-baro): ours alone")
    places: dict[str, dict[str, int]] = {name: {} for name in methods}
    seconds = dict.fromkeys(methods, 0.0)
    for n, (case, truth) in enumerate(truths.items(), 1):
        asyncio.run(_case(case, truth, methods, places, seconds))
        print(f"\r\033[K{n}/{len(truths)}", end="", flush=True)
    print("\r\033[K", end="")
    _print(list(truths.values()), places, seconds)
    return 0


async def _case(
    case: Path,
    truth: set[str],
    methods: Mapping[str, Any],
    places: dict[str, dict[str, int]],
    seconds: dict[str, float],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sources = open_case(without_truth(case, Path(folder) / "case"))
        try:
            asked = await _asked(sources)
            for name, method in methods.items():
                begun = time.perf_counter()
                ranked = list(dict.fromkeys(await method(asked)))
                seconds[name] += time.perf_counter() - begun
                places[name][str(case)] = next((n for n, one in enumerate(ranked, 1) if one in truth), sys.maxsize)
        finally:
            for source in sources.all:
                await source.close()


async def _asked(sources: Sources) -> Asked:
    import pandas as pd

    told, metrics = sources.reported, sources.metrics
    assert sources.now is not None
    window = told.window or Window(sources.now - _RECENT, sources.now)
    baseline = told.baseline or Window(window.start - 4 * window.duration, window.start)
    frames, calls = [], None
    try:
        step = 60 if baseline.duration.total_seconds() <= 12 * 3600 else 300
        frames = [(await metrics.all_series(each, step)).frame for each in (baseline, window)] if metrics else []
        calls = (await metrics.calls(window)).frame if metrics else None
    except AisreError:
        pass
    filled = [frame for frame in frames if len(frame)]
    series = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()
    return Asked(replace(sources, now=window.end), window, baseline, series, calls)


async def _ours(asked: Asked) -> list[str]:
    context = ToolContext(asked.sources, asked.window.end, {})
    try:
        result = await rank_services.handler(context, rank_services.arguments())
    except AisreError:
        return []
    return [str(one["service"]) for one in result.facts["ranked"]]


async def _metrics(asked: Asked) -> list[str]:
    if asked.series.empty:
        return []
    told = asked.sources.reported
    symptom = (told.symptom_service, told.symptom_metric)
    return [sign.service for sign in metric_signs(asked.series, asked.window, asked.baseline, asked.calls, *symptom)]


def _baro_is_there() -> bool:
    try:
        import baro.root_cause_analysis  # noqa: F401
    except ImportError:
        return False
    return True


async def _baro(asked: Asked) -> list[str]:
    """The robust scorer on every series, as its authors call it; gaps are filled with the last value, as they do."""
    import numpy as np
    import pandas as pd
    from baro.root_cause_analysis import robust_scorer

    if asked.series.empty:
        return []
    keys = ["service", "metric", "labels"]
    wide = asked.series.pivot_table(index="time", columns=keys, values="value").sort_index()
    inside = (wide.index >= asked.window.start) & (wide.index < asked.window.end)
    sides = [wide[~inside], wide[inside]]
    shared = [name for name in wide if all(side[name].notna().any() for side in sides)]
    names = {f"series {n}": str(name[0]) for n, name in enumerate(shared)}
    ordered = [side[shared].ffill().bfill().to_numpy() for side in sides]
    data = pd.DataFrame(np.vstack(ordered), columns=list(names))
    data["time"] = np.arange(len(data))
    ranked = robust_scorer(data, inject_time=len(ordered[0]))["ranks"]
    return [names[name] for name in ranked]


def _truth(case: Path) -> set[str]:
    truth = json.loads((case / "truth.json").read_text(encoding="utf-8"))
    return {str(name) for name in truth.get("services") or () if truth.get("outcome", "root_cause") == "root_cause"}


def _print(truths: Sequence[set[str]], places: Mapping[str, Mapping[str, int]], seconds: Mapping[str, float]) -> None:
    floors = [constant(truths, place) for place in PLACES]
    print(f"n = {len(truths)}; floor (the best constant answer): " + ", ".join(_percent(one.value) for one in floors))
    shares: dict[str, list[float]] = {}
    for name, found in places.items():
        told, shares[name] = [], []
        for place in PLACES:
            hits = {case: float(at <= place) for case, at in found.items()}
            low, high = interval(hits) or (0.0, 0.0)
            shares[name].append(sum(hits.values()) / len(hits))
            told.append(f"top-{place} {_percent(shares[name][-1])} ({_percent(low)} to {_percent(high)})")
        print(f"{name:14} {', '.join(told)}, {seconds[name] / len(truths):.2f} s a case")
    for name in [each for each in shares if "BARO" in shares and each != "BARO"]:
        pairs = zip(shares[name], shares["BARO"], strict=True)
        ratios = ", ".join(f"{ours / theirs:.2f}" if theirs else "BARO has none" for ours, theirs in pairs)
        print(f"{name} to BARO, top-1 and top-3: {ratios}")


def _percent(share: float) -> str:
    return f"{share:.0%}"


if __name__ == "__main__":
    sys.exit(main())
