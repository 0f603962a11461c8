"""A failing trace beside a healthy one: spans as bars, in the order and depth of their calls.

What the request did not wait for, because other work hid it, is pale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aisre_nb.evidence.evidence import Evidence
from aisre_nb.render import svg
from aisre_nb.render.figure import COLOURS, axis, bundle, foreign
from aisre_nb.render.marks import Mark

if TYPE_CHECKING:
    import pandas as pd

_MOST = 60


def figure(evidence: Evidence, marks: Sequence[Mark] = ()) -> dict[str, Any] | None:
    """The mimebundle of a trace evidence; None where it has no spans. ``marks``: what claims say of it.

    The shapes of the n-th mark are named ``claim-n``, from 0.
    """
    frame = evidence.df
    if frame.empty:
        return None
    colours = {s: COLOURS[n % len(COLOURS)] for n, s in enumerate(dict.fromkeys(frame["service"]))}
    marked = {span: mark.colour for mark in marks for span in mark.spans}
    columns = [(name, _bars(rows, colours, marked)) for name, rows in frame.groupby("trace", sort=False)]
    data: list[dict[str, Any]] = []
    rows = max(len(bars) for _, bars in columns)
    layout: dict[str, Any] = {
        "height": 26 * rows + 90,
        "barmode": "overlay",
        "showlegend": False,
        "bargap": 0.25,
        "margin": {"l": 10, "r": 10, "t": 34, "b": 34},
        "annotations": [],
    }
    for n, (name, bars) in enumerate(columns):
        suffix = "" if n == 0 else str(n + 1)
        left, right = n / len(columns) + (0.02 if n else 0), (n + 1) / len(columns) - 0.01
        whole = max(b.start + b.duration for b in bars) or 1.0
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "xaxis": f"x{suffix}",
                "yaxis": f"y{suffix}",
                "x": [round(b.duration, 3) for b in bars],
                "base": [round(b.start, 3) for b in bars],
                # A thin bar under its label: words on top of a colour are hard to read, in either theme.
                "y": [k + 0.25 for k in range(len(bars))],
                "width": 0.3,
                "marker": {
                    "color": [b.colour for b in bars],
                    "opacity": [b.opacity for b in bars],
                    "line": {"width": [2 if b.failed else 0 for b in bars], "color": "#d32f2f"},
                },
                "hovertext": [foreign(_hover(b)) for b in bars],
                "hoverinfo": "text",
            }
        )
        layout[f"xaxis{suffix}"] = axis(
            domain=[left, right], anchor=f"y{suffix}", range=[0, whole * 1.02], ticksuffix=" ms"
        )
        layout[f"yaxis{suffix}"] = axis(
            anchor=f"x{suffix}", range=[rows - 0.3, -0.7], showticklabels=False, showgrid=False
        )
        layout["annotations"] += [
            {
                "xref": f"x{suffix}",
                "yref": f"y{suffix}",
                "x": 0,
                "y": k - 0.15,
                "xanchor": "left",
                "showarrow": False,
                "align": "left",
                "text": foreign(f"{'  ' * b.depth}{'✗ ' if b.failed else ''}{b.label}  {b.duration:.1f} ms"),
                "font": {"size": 11},
            }
            for k, b in enumerate(bars)
        ]
        if marks:
            layout.setdefault("shapes", []).extend(_frames(bars, marks, suffix, whole))
        layout["annotations"].append(
            {
                "xref": "paper",
                "yref": "paper",
                "x": left,
                "y": 1.0,
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "text": f"<b>{_title(name)}</b>, {whole:.0f} ms",
                "font": {"size": 12},
            }
        )
    lines = [evidence.summary]
    for name, bars in columns:
        lines.append(_title(name))
        lines += [f"  {'  ' * b.depth}{'✗ ' if b.failed else ''}{b.label} {b.duration:.1f} ms" for b in bars]
    return bundle(data, layout, "\n".join(lines), svg.bars([(_title(n), b) for n, b in columns]))


def _frames(bars: Sequence[svg.Bar], marks: Sequence[Mark], suffix: str, whole: float) -> list[dict[str, Any]]:
    """A frame around each span that a claim is about."""
    return [
        {
            "type": "rect",
            "name": f"claim-{n}",
            "xref": f"x{suffix}",
            "yref": f"y{suffix}",
            "x0": 0,
            "x1": whole * 1.02,
            "y0": k - 0.46,
            "y1": k + 0.46,
            "line": {"width": 1.5, "dash": "dot", "color": mark.colour},
        }
        for n, mark in enumerate(marks)
        for k, bar in enumerate(bars)
        if bar.id in mark.spans
    ]


def _hover(bar: svg.Bar) -> str:
    waited = f", {bar.waited:.2f} ms of the critical path" if bar.waited else ""
    return f"{bar.label}: {bar.duration:.2f} ms{waited}{', failed' if bar.failed else ''}"


def _title(name: object) -> str:
    return {"failing": "failing request", "healthy": "healthy request"}.get(str(name), "request")


def _bars(spans: pd.DataFrame, colours: dict[str, str], marked: dict[str, str]) -> list[svg.Bar]:
    """Spans in the order of a depth-first walk from the roots; a parent that is missing makes a root."""
    spans = spans.sort_values("start").head(_MOST)
    ids = set(spans["span_id"])
    children: dict[str, list[Any]] = {}
    for row in spans.itertuples(index=False):
        known = row.parent_span_id in ids and str(row.parent_span_id) != str(row.span_id)
        parent = str(row.parent_span_id) if known else ""
        children.setdefault(parent, []).append(row)
    zero = spans["start"].min()
    found: list[svg.Bar] = []
    seen: set[str] = set()
    # Spans that are each other's parents hang on no root: what the walk did not reach begins one of its own.
    roots = [*children.get("", []), *spans.itertuples(index=False)]
    stack: list[tuple[Any, int]] = [(row, 0) for row in reversed(roots)]
    while stack:
        row, depth = stack.pop()
        if row.span_id in seen:
            continue
        seen.add(row.span_id)
        start = (row.start - zero).total_seconds() * 1000
        label = f"{row.service} {row.operation}"
        number = str(row.span_id)
        long, failed, colour = float(row.duration_ms), bool(row.error), colours[row.service]
        # Records of earlier days do not know it.
        waited = float(row.waited_ms) if hasattr(row, "waited_ms") else None
        found.append(svg.Bar(label, start, long, failed, colour, depth, number, marked.get(number, ""), waited))
        stack += [(child, depth + 1) for child in reversed(children.get(str(row.span_id), []))]
    return found
