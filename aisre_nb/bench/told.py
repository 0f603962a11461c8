"""A run as text for a terminal: a line for each case, then the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.bench.score import Row
from aisre_nb.bench.summary import COSTS, FIGURES
from aisre_nb.evidence.invisible import visible

_MARKS = {True: "✓", False: "✗", None: "·"}


def case_lines(rows: Sequence[Row]) -> list[str]:
    """Headed: right, first, first three, change; then what was said."""
    if not rows:
        return []
    wide = min(44, max(len(_name(row)) for row in rows))
    lines = [f"{'':<{wide}}  right top1 top3 change  sure   sec  answer"]
    for row in rows:
        marks = "".join(f"{_MARKS[row[name]]:^5}" for name in ("right", "top1", "top3", "change_named"))
        sure = "   –" if row["confidence"] is None else f"{row['confidence']:.2f}"
        lines.append(f"{_name(row)[:wide]:<{wide}}  {marks}   {sure:>4} {row['seconds']:5.1f}  {_said(row)}")
    return lines


def summary_lines(told: Mapping[str, Any]) -> list[str]:
    """The figures, each with n, interval and floor."""
    lines = [
        f"{told['runs']} runs of {told['cases']} cases: {told['faults']} faults, {told['controls']} controls, "
        f"{told['errors']} errors"
    ]
    for name, label in FIGURES.items():
        figure = told[name]
        if not figure["n"]:
            lines.append(f"  {label:<36}    –   (no case says)")
            continue
        between = f"[{percent(figure['low'])}, {percent(figure['high'])}]"
        lines.append(f"  {label:<36} {percent(figure['value']):>6}  {between:<17} n = {figure['n']}{_floor(figure)}")
    lines.append(f"  {'claims that failed their check':<36} {told['claims']['failed']:>6}  of {told['claims']['n']}")
    found = told["calibration"]
    if found["n"]:
        lines.append(
            f"  {'calibration error, Brier score':<36} {found['expected_error']:>6.3f}, {found['brier']:.3f}"
            f"  n = {found['n']} answers"
        )
    for name, label in COSTS.items():
        cost = told[name]
        if cost["mean"] is not None:
            lines.append(
                f"  {label:<36} {number(cost['mean']):>6}  a run; median {number(cost['median'])}, "
                f"most {number(cost['most'])}, all {number(cost['total'])}"
            )
    return lines


def percent(share: float | None) -> str:
    """As people read it."""
    return "–" if share is None else f"{100 * share:.1f} %"


def number(amount: float) -> str:
    """Short, whatever its size."""
    return f"{amount:,.0f}" if amount == int(amount) or abs(amount) >= 1000 else f"{amount:.3g}"


def _floor(figure: Mapping[str, Any]) -> str:
    if figure.get("floor") is None:
        return ""
    by_chance = "" if figure["chance"] is None else f", chance {percent(figure['chance'])}"
    return f"; floor {percent(figure['floor'])} (always {visible(', '.join(figure['floor_services']))}){by_chance}"


def _name(row: Row) -> str:
    world = "" if row["seed"] is None else f" {row['seed']}{' hard' if row['difficulty'] == 'hard' else ''}"
    repeat = f" #{row['repeat']}" if row["repeat"] > 1 else ""
    return visible(f"{row['name']}{world}{repeat}")


def _said(row: Row) -> str:
    if row["error"]:
        return visible(f"error: {row['error']}")
    cause, truth = row["root_cause"], row["truth"]
    first = next(iter(cause["ranked"] or ()), "")
    change = f" ({cause['change']})" if cause["change"] else ""
    told = row["outcome"].replace("_", " ") + (f": {first}{change}" if first and row["outcome"] != "no_fault" else "")
    if row["right"]:
        return visible(told)
    true = ", ".join(truth["services"]) or truth.get("change") or truth["outcome"].replace("_", " ")
    change = f" ({truth['change']})" if truth.get("change") and truth["services"] else ""
    return visible(f"{told} — true: {true}{change}")
