"""The figures of a run, each with its n and an interval, and its floor where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from aisre_nb.bench.bootstrap import by_case, interval
from aisre_nb.bench.calibration import calibration
from aisre_nb.bench.floors import chance, constant
from aisre_nb.bench.score import Row

FIGURES = {
    "outcome_right": "outcome right",
    "top1": "true service first",
    "top3": "true service in first three",
    "change_named": "change named",
    "service_and_change": "service and change right",
    "cause_right": "causes given that are right",
    "no_invented_cause": "controls without an invented cause",
    "proof_closed": "causes whose proof is closed",
    "grounded": "every claim cited, none failed",
}
"""Shares, in the order in which they are told."""
COSTS = {"seconds": "seconds", "steps": "steps", "tokens": "tokens", "cost_usd": "USD", "gaps": "gaps named"}


def value(row: Row, figure: str) -> float | None:
    """What a row says of a figure; None where it says nothing."""
    given = row["outcome"] == "root_cause"
    match figure:
        case "cause_right":
            found = row["right"] if given else None
        case "no_invented_cause":
            found = None if row["accused"] is None else not row["accused"]
        case "proof_closed":
            found = row["proof_closed"] if given else None
        case _:
            found = row[figure]
    return None if found is None else float(found)


def of_cases(rows: Sequence[Row], figure: str) -> dict[str, float]:
    """A figure of each case that has it, repeats averaged."""
    return by_case((case_of(row), v) for row in rows if (v := value(row, figure)) is not None)


def case_of(row: Row) -> str:
    """The same for each repeat of a case."""
    world = "" if row["seed"] is None else f" seed {row['seed']}"
    return f"{row['name']}{world}{' hard' if row['difficulty'] == 'hard' else ''}"


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """The object under ``"summary"`` that ``--json`` prints."""
    told: dict[str, Any] = {
        "runs": len(rows),
        "cases": len({case_of(row) for row in rows}),
        "faults": sum(row["truth"]["outcome"] == "root_cause" for row in rows),
        "controls": sum(row["truth"]["outcome"] == "no_fault" for row in rows),
        "errors": sum(bool(row["error"]) for row in rows),
        "outcomes": _outcomes(rows),
    }
    for figure in FIGURES:
        told[figure] = _figure(of_cases(rows, figure))
    for figure, places in (("top1", 1), ("top3", 3)):
        told[figure] |= _floors([row for row in rows if row[figure] is not None], places)
    told["claims"] = {"n": sum(row["claims"] for row in rows), "failed": sum(row["claims_failed"] for row in rows)}
    for cost in COSTS:
        told[cost] = _cost([float(row[cost]) for row in rows])
    told["calibration"] = calibration(rows)
    return told


def _figure(cases: dict[str, float]) -> dict[str, Any]:
    found = interval(cases)
    mean = sum(cases.values()) / len(cases) if cases else None
    low, high = found if found else (None, None)
    return {"value": mean, "low": low, "high": high, "n": len(cases)}


def _floors(rows: Sequence[Row], places: int) -> dict[str, Any]:
    # Each case once: repeats must not make one case's service the most frequent.
    once = list({case_of(row): row for row in rows}.values())
    truths = [row["truth"]["services"] for row in once]
    best = constant(truths, places)
    known = [(truth, row["services_known"]) for truth, row in zip(truths, once, strict=True) if row["services_known"]]
    return {
        "floor": best.value if once else None,
        "floor_services": list(best.services),
        "chance": chance([truth for truth, _ in known], [n for _, n in known], places),
    }


def _outcomes(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How often each outcome was given, by the true one."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        given = found.setdefault(row["truth"]["outcome"], {})
        given[row["outcome"]] = given.get(row["outcome"], 0) + 1
    return found


def _cost(values: Sequence[float]) -> dict[str, Any]:
    if not values:
        return {"mean": None, "median": None, "most": None, "total": 0.0}
    total = sum(values)
    return {"mean": total / len(values), "median": median(values), "most": max(values), "total": total}
