"""A run as one HTML file: it fetches nothing, runs nothing, and every text in it is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from aisre_nb.bench import plot
from aisre_nb.bench.score import Row
from aisre_nb.bench.summary import COSTS, FIGURES
from aisre_nb.bench.told import number, percent
from aisre_nb.evidence.invisible import visible
from aisre_nb.render import html

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_MARKS = {True: ("✓", "good"), False: ("✗", "bad"), None: ("·", "dim")}
_LEGEND = (
    '<p class="note legend"><i></i> value &nbsp; <i class="band"></i> 95 % bootstrap interval over cases &nbsp; '
    '<i class="floor"></i> floor: the best list of services that is the same for every case</p>'
)


def page(found: Mapping[str, Any]) -> str:
    """From the object that ``--json`` prints."""
    run, summary, rows = found["run"], found["summary"], found["cases"]
    title = f"Bench: {run['suite']}, {run['model']}"
    body = "".join(
        (
            f"<h1>{_text(title)}</h1>",
            _head(run, summary),
            _tiles(summary),
            _LEGEND,
            f'<div class="beside"><section>{_calibration(summary["calibration"])}</section>'
            f"<section>{_outcomes(summary['outcomes'])}{_costs(summary)}</section></div>",
            f'<h2>Cases</h2><div class="wide">{_cases(rows)}</div>',
        )
    )
    css = files("aisre_nb.bench").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="generator" content="aisre-nb">'
        f"<title>{_text(title)}</title><style>{css}</style></head><body><main>{body}</main></body></html>\n"
    )


def _head(run: Mapping[str, Any], summary: Mapping[str, Any]) -> str:
    told = (
        f"{summary['runs']} runs of {summary['cases']} cases: {summary['faults']} faults, "
        f"{summary['controls']} controls, {summary['errors']} errors; source {run['version']}"
    )
    stopped = f'<p class="stopped">{_text(summary["stopped"])}</p>' if summary["stopped"] else ""
    return f'<p class="note">{_text(told)}</p>{stopped}'


def _tiles(summary: Mapping[str, Any]) -> str:
    tiles = []
    for name, label in FIGURES.items():
        figure = summary[name]
        if not figure["n"]:
            continue
        lines = [f"{percent(figure['low'])} to {percent(figure['high'])}, n = {figure['n']}"]
        if figure.get("floor") is not None:
            by_chance = "" if figure["chance"] is None else f", chance {percent(figure['chance'])}"
            lines.append(f"floor {percent(figure['floor'])}{by_chance}")
        small = "".join(f"<small>{_text(line)}</small>" for line in lines)
        tiles.append(_tile(percent(figure["value"]), label, plot.gauge(figure), small))
    claims = summary["claims"]
    tiles.append(_tile(str(claims["failed"]), "claims that failed", "", f"<small>of {claims['n']} claims</small>"))
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _tile(value: str, label: str, picture: str, small: str) -> str:
    return f'<div class="tile"><b>{_text(value)}</b><span>{_text(label)}</span>{picture}{small}</div>'


def _calibration(found: Mapping[str, Any]) -> str:
    if not found["n"]:
        return '<h2>Calibration</h2><p class="note">nothing was answered with a confidence</p>'
    told = f"expected error {found['expected_error']:.3f}, Brier score {found['brier']:.3f}, n = {found['n']} answers"
    return (
        f"<h2>Calibration</h2>{plot.calibration(found['bins'])}"
        f'<p class="note">up: the share that was right. On the dashed line a confidence means what it says.<br>'
        f"{_text(told)}</p>"
    )


def _outcomes(found: Mapping[str, Mapping[str, int]]) -> str:
    given = sorted({name for each in found.values() for name in each})
    rows = [
        [_text(_words(truth)), *(str(each.get(name, 0)) for name in given)] for truth, each in sorted(found.items())
    ]
    return f"<h2>Outcomes</h2>{_table(['true', *map(_words, given)], rows, set(map(_words, given)))}"


def _costs(summary: Mapping[str, Any]) -> str:
    kinds = ("mean", "median", "most", "total")
    rows = [
        [_text(label), *(number(summary[name][kind]) for kind in kinds)]
        for name, label in COSTS.items()
        if summary[name]["mean"] is not None
    ]
    return f"<h2>Cost of a run</h2>{_table(['', *kinds], rows, set(kinds))}"


def _cases(rows: Sequence[Row]) -> str:
    columns = ("case", "right", "top 1", "top 3", "change", "answer", "true", "sure", "claims", "failed", "steps", "s")
    head = "".join(f"<th{_class(c in columns[7:] and 'number')}>{c}</th>" for c in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(map(_case, rows))}</tbody></table>"


def _case(row: Row) -> str:
    world = "" if row["seed"] is None else f" seed {row['seed']}{' hard' if row['difficulty'] == 'hard' else ''}"
    repeat = f" #{row['repeat']}" if row["repeat"] > 1 else ""
    marks = "".join(
        f'<td class="mark {_MARKS[row[name]][1]}">{_MARKS[row[name]][0]}</td>'
        for name in ("right", "top1", "top3", "change_named")
    )
    sure = "–" if row["confidence"] is None else f"{row['confidence']:.2f}"
    amounts = (sure, row["claims"], row["claims_failed"], row["steps"], f"{row['seconds']:.1f}")
    numbers = "".join(f'<td class="number">{_text(amount)}</td>' for amount in amounts)
    return (
        f"<tr><td>{_text(row['name'] + world + repeat)}</td>{marks}"
        f'<td class="said">{_answer(row)}</td><td class="said">{_true(row)}</td>{numbers}</tr>'
    )


def _answer(row: Row) -> str:
    if row["error"]:
        return f'<span class="bad">{_text(row["error"])}</span>'
    cause = row["root_cause"]
    ranked = ", ".join((cause["ranked"] or ())[:3])
    parts = [_words(row["outcome"]), ranked if row["outcome"] != "no_fault" else "", cause["change"] or ""]
    return "<br>".join(_text(part) for part in parts if part)


def _true(row: Row) -> str:
    truth = row["truth"]
    parts = [_words(truth["outcome"]), ", ".join(truth["services"]), truth.get("change", "")]
    return "<br>".join(_text(part) for part in parts if part)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: set[str]) -> str:
    """The cells are HTML, the headings text."""
    kinds = [_class(column in numbers and "number") for column in columns]
    head = "".join(f"<th{kind}>{_text(c)}</th>" for c, kind in zip(columns, kinds, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True)) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _class(name: str | bool) -> str:
    return f' class="{name}"' if name else ""


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _text(value: object) -> str:
    """What cannot be seen is shown, too."""
    return html.text(visible(str(value)))
