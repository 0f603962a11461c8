"""Two runs beside each other: which cases were mended, which were broken, and what that makes of the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aisre_nb.bench.bootstrap import paired
from aisre_nb.bench.score import Row
from aisre_nb.bench.summary import COSTS, FIGURES, case_of, of_cases
from aisre_nb.bench.told import number, percent
from aisre_nb.evidence.invisible import visible


def compare(before: Sequence[Row], after: Sequence[Row]) -> dict[str, Any]:
    """The object that ``--compare --json`` prints; only cases that both runs have are compared."""
    was, now = _shares(before), _shares(after)
    shared = [name for name in now if name in was]
    return {
        "cases": len(shared),
        "only_before": sorted(was.keys() - now.keys()),
        "only_after": sorted(now.keys() - was.keys()),
        "mended": [_change(name, before, after) for name in shared if now[name] > was[name]],
        "broken": [_change(name, before, after) for name in shared if now[name] < was[name]],
        "figures": {
            name: found
            for name in (*FIGURES, *COSTS)
            if (found := _difference(_of(before, name, shared), _of(after, name, shared)))
        },
    }


def lines(told: Mapping[str, Any]) -> list[str]:
    """As text."""
    found = [f"{told['cases']} cases in both: {len(told['mended'])} mended, {len(told['broken'])} broken"]
    for side, where in (("only_before", "first"), ("only_after", "second")):
        if told[side]:
            names = ", ".join(told[side][:5]) + " …" * (len(told[side]) > 5)
            found.append(f"  {len(told[side])} only in the {where} run: {visible(names)}")
    for what in ("mended", "broken"):
        found += [f"  {what}  {visible(one['name'])}: {visible(one['before'])} → {visible(one['after'])}"
                  for one in told[what]]  # fmt: skip
    for name, figure in told["figures"].items():
        say = percent if name in FIGURES else number
        points = _points if name in FIGURES else _signed
        sure = "" if figure["low"] <= 0 <= figure["high"] else "  *"
        difference, low, high = (points(figure[part]) for part in ("difference", "low", "high"))
        found.append(
            f"  {FIGURES.get(name) or COSTS[name]:<36} {say(figure['before']):>8} → {say(figure['after']):>8}  "
            f"{difference} [{low}, {high}] n = {figure['n']}{sure}"
        )
    return [*found, "  * the interval of the paired difference leaves out zero"]


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def _signed(amount: float) -> str:
    return f"{amount:+.3g}"


def _shares(rows: Sequence[Row]) -> dict[str, float]:
    """How often each case is right, over its repeats."""
    return of_cases(rows, "right")


def _of(rows: Sequence[Row], name: str, shared: Sequence[str]) -> dict[str, float]:
    cases = of_cases(rows, name)
    return {case: cases[case] for case in shared if case in cases}


def _difference(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, Any] | None:
    both = sorted(before.keys() & after.keys())
    found = paired(before, after)
    if found is None:
        return None
    difference, low, high = found
    was, now = (sum(side[name] for name in both) / len(both) for side in (before, after))
    return {"before": was, "after": now, "difference": difference, "low": low, "high": high, "n": len(both)}


def _change(name: str, before: Sequence[Row], after: Sequence[Row]) -> dict[str, str]:
    return {"name": name, "before": _answers(name, before), "after": _answers(name, after)}


def _answers(name: str, rows: Sequence[Row]) -> str:
    """What was said of it, repeats that agree once."""
    said = []
    for row in rows:
        if case_of(row) == name:
            first = next(iter(row["root_cause"]["ranked"] or ()), "")
            told = row["error"] or f"{row['outcome'].replace('_', ' ')}{f' ({first})' if first else ''}"
            said.append(told)
    return "; ".join(dict.fromkeys(said))
