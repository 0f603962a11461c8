"""Golden signals over time: small multiples, deployments marked, the time since the onset shaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import svg
from aisre_nb.render.figure import COLOURS, axis, bundle, foreign, rounded
from aisre_nb.render.marks import Mark
from aisre_nb.render.text import sparkline
from aisre_nb.times import instant, rfc3339

if TYPE_CHECKING:
    import pandas as pd

_MOST = 2000
_ROWS = (
    ("requests a second", ("request_rate",)),
    ("5XX rate", ("error_rate",)),
    ("latency", ("latency_p50", "latency_p95", "latency_p99")),
)
_SHORT = {"latency_p50": "p50", "latency_p95": "p95", "latency_p99": "p99", "request_rate": "rate", "error_rate": "5XX"}


def figure(evidence: Evidence, marks: Sequence[Mark] = ()) -> dict[str, Any] | None:
    """The mimebundle of a metrics evidence; None where there is nothing to draw. ``marks``: what claims say of it.

    The shapes of the n-th mark are named ``claim-n``, from 0.
    """
    frame = evidence.df
    if frame.empty:
        return None
    series = {str(n): _thin(rows.sort_values("time")) for n, rows in frame.groupby("signal", sort=False)}
    marked = {signal for mark in marks for signal in mark.signals}
    panels = [(title, [n for n in names if n in series]) for title, names in _ROWS]
    panels = [(title, names) for title, names in panels if names] or [("value", list(series)[:8])]
    shown = {name for _, names in panels for name in names}
    panels += [(foreign(name), [name]) for name in series if name in marked - shown]
    data: list[dict[str, Any]] = []
    layout: dict[str, Any] = {
        "height": 130 * len(panels) + 60,
        "showlegend": True,
        "hovermode": "x unified",
        "legend": {"orientation": "h", "y": -0.12, "font": {"size": 11}},
    }
    facts = evidence.facts
    changes = facts.get("deployments") or []
    onset, end = facts.get("onset"), rfc3339(frame["time"].max().to_pydatetime())
    shapes: list[dict[str, Any]] = []
    drawn: list[svg.Panel] = []
    for place, (title, names) in enumerate(panels):
        suffix = "" if place == 0 else str(place + 1)
        low, high = 1 - (place + 1) / len(panels) + 0.04, 1 - place / len(panels) - 0.03
        percent = title == "5XX rate"
        layout[f"yaxis{suffix}"] = axis(
            domain=[low, high],
            title={"text": title, "font": {"size": 11}},
            rangemode="tozero",
            **({"tickformat": ".1%"} if percent else {}),
            **({"ticksuffix": " s"} if title == "latency" else {}),
        )
        layout[f"xaxis{suffix}"] = axis(
            anchor=f"y{suffix}",
            type="date",
            matches=None if place == 0 else "x",
            showticklabels=place == len(panels) - 1,
            range=[rfc3339(frame["time"].min().to_pydatetime()), end],
        )
        lines = []
        for n, name in enumerate(names):
            colour = (
                "#c0504d" if name == "error_rate" else COLOURS[(n + (2 if title == "latency" else 0)) % len(COLOURS)]
            )
            rows = series[name]
            times = [rfc3339(t.to_pydatetime()) for t in rows["time"]]
            values = rounded(rows["value"])
            data.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": times,
                    "y": values,
                    "name": foreign(_SHORT.get(name, name)),
                    "line": {"width": 3 if name in marked else 1.5, "color": colour},
                    "xaxis": f"x{suffix}",
                    "yaxis": f"y{suffix}",
                }
            )
            stamps = [t.timestamp() for t in rows["time"]]
            lines.append(svg.Line(_SHORT.get(name, name), stamps, values, colour, name in marked))
        drawn.append(svg.Panel(title, lines, percent, _levels(marks, names)))
        shapes += [shape for n, mark in enumerate(marks) for shape in _level(mark, n, names, suffix)]
    if onset:
        shapes.append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": onset,
                "x1": end,
                "y0": 0,
                "y1": 1,
                "fillcolor": "rgba(192,80,77,0.10)",
                "line": {"width": 0},
                "layer": "below",
            }
        )
    shapes += [_line(change) for change in changes]
    shapes += [_window(mark, n) for n, mark in enumerate(marks) if mark.start and mark.end]
    layout |= {"shapes": shapes, "annotations": [_label(m, n) for n, m in enumerate(changes)] + _onset_label(onset)}
    plain = (
        evidence.summary
        + "\n"
        + "\n".join(
            f"{_SHORT.get(n, n):>5} {sparkline(list(series[n]['value']))}" for _, names in panels for n in names
        )
    )
    dated = [(instant(m["time"]).timestamp(), _name(m)) for m in changes]
    bands = [(m.start.timestamp(), m.end.timestamp(), m.colour) for m in marks if m.start and m.end]
    picture = svg.chart(drawn, dated, instant(onset).timestamp() if onset else None, bands)
    return bundle(data, layout, plain, picture)


def _thin(rows: pd.DataFrame) -> pd.DataFrame:
    """At most 2,000 points that look like all of them (LTTB: Steinarsson, 2013; by tsdownsample)."""
    if len(rows) <= _MOST:
        return rows
    from tsdownsample import LTTBDownsampler

    kept = LTTBDownsampler().downsample(rows["value"].to_numpy(dtype=float), n_out=_MOST)
    thinned: pd.DataFrame = rows.iloc[kept]
    return thinned


def _name(mark: Mapping[str, Any]) -> str:
    return f"{mark.get('service')} {mark.get('from')} → {mark.get('to')}"


def _line(mark: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": mark["time"],
        "x1": mark["time"],
        "y0": 0,
        "y1": 1,
        "line": {"width": 1, "dash": "dash", "color": "rgba(128,128,128,0.9)"},
    }


def _label(mark: Mapping[str, Any], n: int) -> dict[str, Any]:
    return {
        "xref": "x",
        "yref": "paper",
        "x": mark["time"],
        "y": 1.0,
        "yanchor": "bottom",
        "xanchor": "right" if n % 2 else "left",
        "text": foreign(_name(mark)),
        "showarrow": False,
        "font": {"size": 11},
    }


def _window(mark: Mark, n: int) -> dict[str, Any]:
    """The claimed time: a frame around it, or a line where it is an instant."""
    assert mark.start and mark.end
    return {
        "type": "line" if mark.start == mark.end else "rect",
        "name": f"claim-{n}",
        "xref": "x",
        "yref": "paper",
        "x0": rfc3339(mark.start),
        "x1": rfc3339(mark.end),
        "y0": 0,
        "y1": 1,
        "line": {"width": 1.5, "dash": "dot", "color": mark.colour},
    }


def _level(mark: Mark, n: int, names: Sequence[str], suffix: str) -> list[dict[str, Any]]:
    """The claimed value, across the panel of its signal."""
    if mark.level is None or not set(mark.signals) & set(names):
        return []
    line = {"width": 1.5, "dash": "dot", "color": mark.colour}
    places = {"xref": "paper", "x0": 0, "x1": 1, "yref": f"y{suffix}", "y0": mark.level, "y1": mark.level}
    return [{"type": "line", "name": f"claim-{n}", **places, "line": line}]


def _levels(marks: Sequence[Mark], names: Sequence[str]) -> list[tuple[float, str]]:
    return [(m.level, m.colour) for m in marks if m.level is not None and set(m.signals) & set(names)]


def _onset_label(onset: str | None) -> list[dict[str, Any]]:
    if not onset:
        return []
    return [
        {
            "xref": "x",
            "yref": "paper",
            "x": onset,
            "y": 1.0,
            "yanchor": "top",
            "xanchor": "left",
            "text": f"onset {onset[11:16]}",
            "showarrow": False,
            "font": {"size": 11},
        }
    ]
