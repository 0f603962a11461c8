"""Then and now: a table of what was asked again, and for each that drifted what is another now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.evidence.invisible import visible
from aisre_nb.record.then_and_now import Compared
from aisre_nb.render import html, svg
from aisre_nb.render.figure import COLOURS, axis, bundle, foreign, rounded
from aisre_nb.render.tables import rows_of_frame
from aisre_nb.times import rfc3339

if TYPE_CHECKING:
    import pandas as pd

_KINDS = {"same": "good", "drifted": "bad", "expired": "bad", "failed": "bad", "not asked again": "dim"}
_MARKS = {"same": "✓", "drifted": "≠", "expired": "∅", "failed": "✗", "not asked again": "–"}
_ORDER = ("drifted", "expired", "failed", "same", "not asked again")
_SIGNALS = 3
"""Signals of one evidence that are drawn, those that moved the most first."""
_POINTS = 2000
_LINES = {"then": ("#9a9a9a", 4.0), "now": (COLOURS[0], 1.5), "difference": (COLOURS[6], 1.5)}
"""Then is wide and grey, so that now can be seen on it."""


def bundles(found: Sequence[Compared]) -> list[dict[str, Any]]:
    """The table; then, for each that drifted, its figure and its rows."""
    made = [{"text/html": html.block(_head(found), _table(found)), "text/plain": plain(found)}]
    for one in found:
        if one.status == "drifted":
            drawn = figure(one)
            made += [{"text/html": html.block(_drift(one)), "text/plain": _title(one)}, *([drawn] if drawn else [])]
    return made


def recorded(rows: Sequence[Mapping[str, Any]], evidence: Mapping[str, Evidence]) -> list[dict[str, Any]]:
    """What a record says came of it: the table alone, for what there was then is not kept."""
    found = []
    for row in rows:
        then, status = evidence.get(str(row.get("evidence"))), row.get("status")
        if then is not None and status in _KINDS:
            seconds = row.get("seconds")
            told = float(seconds) if isinstance(seconds, int | float) else 0.0
            found.append(Compared(then, status, str(row.get("detail", "")), told))
    return [{"text/html": html.block(_head(found), _table(found)), "text/plain": plain(found)}]


def counted(found: Sequence[Compared]) -> str:
    """How many of each: ``"1 drifted, 6 same"``."""
    statuses = [one.status for one in found]
    return ", ".join(f"{statuses.count(s)} {s}" for s in _ORDER if s in statuses) or "nothing to ask again"


def plain(found: Sequence[Compared]) -> str:
    """For a terminal."""
    lines = [f"{one.then.id:<4} {one.status:<16}{one.then.title}: {one.detail}" for one in found]
    return visible("\n".join([f"Then and now: {counted(found)}", *(" ".join(line.split("\n")) for line in lines)]))


def _head(found: Sequence[Compared]) -> str:
    return f"<div><b>Then and now</b>: {html.text(counted(found))}</div>"


def _table(found: Sequence[Compared]) -> str:
    rows = [
        [
            html.anchor(one.then.id),
            html.text(visible(one.then.title)),
            html.span(f"{_MARKS[one.status]} {one.status}", _KINDS[one.status]),
            html.text(visible(one.detail)),
            f"{one.seconds:.2f}",
        ]
        for one in found
    ]
    return html.table(["evidence", "what", "now", "how", "s"], rows, ["s"])


def _title(one: Compared) -> str:
    return visible(f"{one.then.id} {one.then.title}, then and now: {one.detail}")


def _drift(one: Compared) -> str:
    """The values that moved, and the rows that are there then or now alone."""
    parts = [f"<div><b>{html.text(_title(one))}</b></div>"]
    named = (("other values", one.moved), ("only then", one.gone), ("only now", one.come))
    for name, frame in named:
        if frame is not None and len(frame):
            opens = one.then.kind != "metrics"
            parts.append(html.details(f"{html.text(name)}: {len(frame)}", rows_of_frame(frame), open_=opens))
    return "".join(parts)


def figure(one: Compared) -> dict[str, Any] | None:
    """Both courses over each other, and the difference beneath; None for what is no course."""
    then, now = one.then.frame, one.now
    if one.then.kind != "metrics" or then is None or now is None:
        return None
    if not {"time", "signal", "value"} <= set(then.columns) & set(now.columns):
        return None
    panels = []
    for signal in _worst(one, then):
        courses = _courses(then, now, signal)
        panels += [(signal, courses[["then", "now"]]), ("now − then", courses[["difference"]])]
    if not panels:
        return None
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {"height": 130 * len(panels) + 60, "showlegend": True, "hovermode": "x unified"}
    layout["legend"] = {"orientation": "h", "y": -0.12, "font": {"size": 11}}
    drawn = []
    for place, (title, courses) in enumerate(panels):
        suffix = "" if place == 0 else str(place + 1)
        domain = [1 - (place + 1) / len(panels) + 0.04, 1 - place / len(panels) - 0.03]
        layout[f"yaxis{suffix}"] = axis(domain=domain, title={"text": foreign(title), "font": {"size": 11}})
        layout[f"xaxis{suffix}"] = axis(
            anchor=f"y{suffix}", type="date", matches="x" if place else None, showticklabels=place == len(panels) - 1
        )
        data += [{**_line(courses[name], str(name)), "xaxis": f"x{suffix}", "yaxis": f"y{suffix}",
                  "showlegend": place < 2} for name in courses]  # fmt: skip
        drawn.append(_panel(title, courses))
    return bundle(data, layout, _title(one), svg.chart(drawn, (), None))


def _line(course: pd.Series[Any], name: str) -> dict[str, Any]:
    colour, width = _LINES[name]
    times = [rfc3339(at.to_pydatetime()) for at in course.index]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "legendgroup": name,
        "x": times,
        "y": rounded(course),
        "line": {"width": width, "color": colour},
    }


def _panel(title: str, courses: pd.DataFrame) -> svg.Panel:
    """For exported pages, whose pictures know no values below zero: a difference by its size."""
    stamps = [at.timestamp() for at in courses.index]
    lines = [
        svg.Line(str(name), stamps, rounded(courses[name].abs()), _LINES[str(name)][0], name == "then")
        for name in courses
    ]
    return svg.Panel(title, lines)


def _worst(one: Compared, frame: pd.DataFrame) -> list[str]:
    """The signals with most rows that moved, went or came; what is no signal is not among them."""
    import pandas as pd

    parts = [part["signal"] for part in (one.moved, one.gone, one.come) if part is not None and "signal" in part]
    names = pd.concat(parts) if parts else pd.Series(dtype="str")
    known = set(frame["signal"]) | (set(one.now["signal"]) if one.now is not None else set())
    return [str(name) for name in names.value_counts().index if name in known][:_SIGNALS]


def _courses(then: pd.DataFrame, now: pd.DataFrame, signal: str) -> pd.DataFrame:
    """By time: then, now, difference; what one of them lacks is a gap."""
    import pandas as pd

    courses = {
        name: part[part["signal"] == signal].groupby("time")["value"].mean()
        for name, part in (("then", then), ("now", now))
    }
    found = pd.DataFrame(courses).sort_index()
    found = found.iloc[:: max(1, -(-len(found) // _POINTS))]
    return found.assign(difference=found["now"] - found["then"])
